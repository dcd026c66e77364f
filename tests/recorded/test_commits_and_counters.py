"""The pipeline on real recorded data, against counts that know nothing of it: git itself, the rankings' CSV."""

from __future__ import annotations

import csv
import gzip
import math
import re
import subprocess
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

pytestmark = pytest.mark.slow
NOREPLY = re.compile(r"(?:(\d+)\+)?([^@]+)@users\.noreply\.github\.com")
AS_OF = "2026-08-22"
Commit = tuple[str, str, int, int]


def history(bundle: Path, folder: Path) -> list[Commit]:
    """(sha, e-mail, authored epoch, number of parents), straight from git."""
    clone = folder / bundle.stem
    if not clone.exists():
        subprocess.run(["git", "clone", "--quiet", "--bare", str(bundle), str(clone)], check=True)
    done = subprocess.run(
        ["git", "log", "--format=%H %at %ae|%P"],
        cwd=clone,
        capture_output=True,
        text=True,
        check=True,
        errors="replace",
    )
    rows = []
    for line in done.stdout.splitlines():
        sha, epoch, rest = line.split(" ", 2)
        email, _, parents = rest.rpartition("|")
        rows.append((sha, email.strip().lower(), int(epoch), len(parents.split())))
    return rows


def person(email: str, accounts: dict[str, set[str]]) -> str:
    """Who an e-mail is, by the design's rule, written down a second time."""
    match = NOREPLY.fullmatch(email)
    if match is None:
        return email
    account, login = match.groups()
    if account is None and len(accounts.get(login, ())) == 1:
        (account,) = accounts[login]
    return account or login


def accounts_of(emails: set[str]) -> dict[str, set[str]]:
    """Login → the accounts that used it in a noreply address."""
    found: dict[str, set[str]] = defaultdict(set)
    for email in emails:
        match = NOREPLY.fullmatch(email)
        if match and match[1]:
            found[match[2]].add(match[1])
    return found


@pytest.fixture(scope="module")
def histories(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Commit]]:
    folder = tmp_path_factory.mktemp("clones")
    return {
        path.stem.replace("+", "/", 1): history(path, folder) for path in sorted((shared_data / "git").glob("*.bundle"))
    }


def test_commits_are_as_many_as_git_counts(published: duckdb.DuckDBPyConnection, histories: dict[str, Any]) -> None:
    rows = dict(published.execute("SELECT repository_id, count(*) FROM staging.commit GROUP BY 1").fetchall())
    assert rows == {f"github:{name}": len(commits) for name, commits in histories.items()}
    assert len(rows) == 11


def test_people_are_as_many_as_in_the_log(published: duckdb.DuckDBPyConnection, histories: dict[str, Any]) -> None:
    accounts = accounts_of({email for commits in histories.values() for _, email, _, _ in commits})
    found = dict(
        published.execute("SELECT repository_id, count(DISTINCT author_id) FROM staging.commit GROUP BY 1").fetchall()
    )
    assert found == {
        f"github:{name}": len({person(email, accounts) for _, email, _, _ in commits if email})
        for name, commits in histories.items()
    }


def test_absence_factor_is_that_of_the_log(published: duckdb.DuckDBPyConnection, histories: dict[str, Any]) -> None:
    accounts = accounts_of({email for commits in histories.values() for _, email, _, _ in commits})
    machines = re.compile(r"\[bot\]@|noreply@anthropic|cursoragent|copilot@github", re.IGNORECASE)
    checked = 0
    for name, commits in histories.items():
        for year, month in ((2025, 6), (2026, 1), (2026, 7)):
            first, end = f"{year - (month < 12)}-{month % 12 + 1:02d}", f"{year}-{month:02d}"
            counts: Counter[str] = Counter()
            for _, email, epoch, parents in commits:
                at = f"{datetime.fromtimestamp(epoch, UTC):%Y-%m}"
                if parents < 2 and first <= at <= end and not machines.search(email):
                    counts[person(email, accounts)] += 1
            expected, covered = 0, 0
            for count in sorted(counts.values(), reverse=True):
                if 2 * covered >= sum(counts.values()):
                    break
                covered, expected = covered + count, expected + 1
            row = published.execute(
                "SELECT value FROM metrics.contributor_absence_factor "
                "WHERE entity_id = ? AND period = ? AND series = ''",
                [f"repository:{name}", f"{end}-01"],
            ).fetchone()
            newest = max(epoch for _, _, epoch, _ in commits)
            if f"{datetime.fromtimestamp(newest, UTC):%Y-%m}" < end:
                assert row in {None, (None,)}, (name, end)  # a copy is known up to its newest commit
            elif counts:
                assert row == (expected,), (name, end)
                checked += 1
    assert checked > 15


def test_stars_and_forks_of_any_day_are_those_of_the_file(
    published: duckdb.DuckDBPyConnection, shared_data: Path
) -> None:
    names = published.execute(
        "SELECT source_key, repository_id, coalesce(valid_from, '0001-01-01'::DATE)::VARCHAR, "
        "coalesce(valid_to, '9999-12-31'::DATE)::VARCHAR FROM staging.identity WHERE repository_id IS NOT NULL"
    ).fetchall()
    expected: dict[tuple[str, str], list[int]] = {}
    with gzip.open(shared_data / "github" / "ranking-daily.csv.gz", "rt") as file:
        rows = [row for row in csv.DictReader(file) if row["d"] <= AS_OF]
    by_name: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for key, repository, start, end in names:
        by_name[key.removeprefix("github:").lower()].append((repository, start, end))
    for row in rows:
        for repository, start, end in by_name.get(row["fn"].lower(), []):
            if start <= row["d"] < end:
                best = expected.setdefault((repository, row["d"]), [0, 0])
                best[0], best[1] = max(best[0], int(row["stars"])), max(best[1], int(row["forks"]))
    found = {
        (repository, day): [stars, forks]
        for repository, day, stars, forks in published.execute(
            "SELECT repository_id, day::VARCHAR, stars, forks FROM staging.repository_snapshot"
        ).fetchall()
    }
    assert found == expected
    llama = [day for repository, day in found if repository == "github:ggml-org/llama.cpp"]
    assert {"2025-02-15", "2025-02-16"} <= set(llama)


def test_shares_add_up_to_one(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        "SELECT split_part(entity_id, ':', 1) AS kind, period, sum(value) FROM metrics.download_share "
        "WHERE series = '' AND value IS NOT NULL GROUP BY 1, 2"
    ).fetchall()
    assert {kind for kind, _, _ in rows} >= {"project", "ecosystem", "region", "layer"}
    assert all(math.isclose(total, 1, abs_tol=1e-9) for _, _, total in rows), rows
