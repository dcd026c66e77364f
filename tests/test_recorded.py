"""The pipeline on real recorded data, against counts that know nothing of it: git itself, the CSV, the Hub's files."""

from __future__ import annotations

import csv
import gzip
import json
import math
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

pytestmark = pytest.mark.slow
NOREPLY = re.compile(r"(?:(\d+)\+)?([^@]+)@users\.noreply\.github\.com")
AS_OF = "2026-08-22"
Commit = tuple[str, str, int, int]


@pytest.fixture(scope="module")
def home(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation to which the recording was replayed by the command that a user gives."""
    folder = tmp_path_factory.mktemp("recorded")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ECOTONE", "HF_", "DAGSTER"))}
    begin = "import sys; from pipelines.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", begin, "replay", str(shared_data), "--home", str(folder)]
    done = subprocess.run(command, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def published(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home / "ecotone.duckdb"), read_only=True) as connection:
        yield connection


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
            if counts:
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


def test_model_that_a_later_listing_lacks_is_not_observed_that_day(
    published: duckdb.DuckDBPyConnection, shared_data: Path
) -> None:
    listed = {}
    for path in sorted((shared_data / "huggingface").glob("*.models.jsonl.gz")):
        with gzip.open(path, "rt") as file:
            listed[path.name[:10]] = {row["id"]: row for row in map(json.loads, file)}
    rows = published.execute(
        "SELECT model.name, snapshot.day::VARCHAR, snapshot.downloads, snapshot.gone "
        "FROM staging.model_snapshot AS snapshot JOIN staging.model USING (model_id)"
    ).fetchall()
    assert {day for _, day, _, _ in rows} == set(listed)
    assert all(listed[day][name].get("downloads") == downloads for name, day, downloads, _ in rows)
    assert not any(gone for _, _, _, gone in rows)
    june = {name for name, day, _, _ in rows if day == "2026-06-05"}
    august = {name for name, day, _, _ in rows if day == AS_OF}
    assert len(june - august) > 1000
    assert not any(name in listed[AS_OF] for name in june - august)
    for organization in ("Qwen", "deepseek-ai", "mistralai"):
        for day, models in listed.items():
            expected = {name for name in models if name.startswith(f"{organization}/")}
            assert {name for name, at, _, _ in rows if at == day and name.startswith(f"{organization}/")} == expected
    july = published.execute(
        "SELECT value, reason FROM metrics.downloads "
        "WHERE period = '2026-07-01' AND series = '' AND entity_id = 'ecosystem:qwen'"
    ).fetchone()
    assert july is not None
    assert july[0] is None
    assert july[1]


def test_downloads_are_those_of_the_file(published: duckdb.DuckDBPyConnection, shared_data: Path) -> None:
    with gzip.open(shared_data / "huggingface" / f"{AS_OF}.models.jsonl.gz", "rt") as file:
        total = sum(row.get("downloads") or 0 for row in map(json.loads, file) if row["id"].startswith("Qwen/"))
    row = published.execute(
        "SELECT value, snapshot_day::VARCHAR FROM metrics.downloads "
        "WHERE entity_id = 'ecosystem:qwen' AND period = '2026-08-01' AND series = ''"
    ).fetchone()
    assert row == (total, AS_OF)


@pytest.fixture(scope="module")
def listed(shared_data: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Day → name → row, straight from the files."""
    found = {}
    for path in sorted((shared_data / "huggingface").glob("*.models.jsonl.gz")):
        with gzip.open(path, "rt") as file:
            found[path.name[:10]] = {row["id"]: row for row in map(json.loads, file)}
    return found


def test_models_and_downloads_of_each_organisation_on_each_day_are_those_of_the_files(
    published: duckdb.DuckDBPyConnection, listed: dict[str, dict[str, dict[str, Any]]]
) -> None:
    organizations = {
        subject.removeprefix("hf-org:")
        for (subject,) in published.execute("SELECT subject_id FROM ops.coverage WHERE stream = 'models'").fetchall()
    }
    expected: dict[tuple[str, str], list[int]] = {}
    for day, models in listed.items():
        for name, row in models.items():
            if (organization := name.partition("/")[0]) in organizations:
                counted = expected.setdefault((day, organization), [0, 0])
                counted[0], counted[1] = counted[0] + 1, counted[1] + (row.get("downloads") or 0)
    rows = published.execute(
        "SELECT day::VARCHAR, organization, count(*), sum(downloads) FROM staging.model_snapshot "
        "JOIN staging.model USING (model_id) GROUP BY ALL"
    ).fetchall()
    found = {(day, name): [models, int(downloads)] for day, name, models, downloads in rows if name in organizations}
    assert found == expected
    assert len(found) > 60


def test_derivatives_by_relation_and_base_organisation_are_those_of_the_files(
    published: duckdb.DuckDBPyConnection, listed: dict[str, dict[str, dict[str, Any]]]
) -> None:
    newest = {name: row for _day, models in sorted(listed.items()) for name, row in models.items()}
    tagged: set[tuple[str, str, str]] = set()
    for (name,) in published.execute("SELECT name FROM staging.model").fetchall():
        named: dict[str, str] = {}
        for tag in (tag for tag in newest[name]["tags"] if tag.startswith("base_model:")):
            relation, _, base = tag.removeprefix("base_model:").rpartition(":")
            if base != name and not base.startswith("/") and (relation or base not in named):  # five name a folder
                named[base] = relation or "unspecified"
        tagged |= {(name, relation, base) for base, relation in named.items()}
    found = set(
        published.execute(
            "SELECT model.name, relation, coalesce(base.name, substr(parent_id, 4)) FROM staging.model_lineage "
            "JOIN staging.model USING (model_id) LEFT JOIN staging.model AS base ON base.model_id = parent_id"
        ).fetchall()
    )
    # the cards of June name bases beyond the tags: those that the Hub could not resolve
    in_cards = {(name, relation, base) for name, relation, base in found if base in _carded(newest[name])}
    assert Counter((relation, base.partition("/")[0]) for _, relation, base in found - (in_cards - tagged)) == Counter(
        (relation, base.partition("/")[0]) for _, relation, base in tagged
    )
    assert tagged <= found
    assert len(tagged) > 8_000
    assert len(in_cards - tagged) < 300


def _carded(row: dict[str, Any]) -> set[str]:
    """The bases that a model's card names, freed of the Hub's address."""
    told = (row.get("cardData") or {}).get("base_model")
    names = told if isinstance(told, list) else [told]
    return {re.sub(r"^https?://huggingface.co/", "", name).strip("/ ") for name in names if isinstance(name, str)}
