"""The pipeline on real recorded data, against counts that know nothing of it: git itself, the CSV, the Hub's files."""

from __future__ import annotations

import csv
import gzip
import json
import math
import re
import subprocess
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

pytestmark = pytest.mark.slow
NOREPLY = re.compile(r"(?:(\d+)\+)?([^@]+)@users\.noreply\.github\.com")
AS_OF = "2026-08-22"
AUTHORS = {  # what the catalogue says, written down a second time
    "ecosystem:qwen": ("qwen/",),
    "ecosystem:openai": ("openai/gpt-", "openai/text-embedding"),
    "project:gpt-oss": ("openai/gpt-oss",),
    "project:gemma": ("google/gemma",),
    "ecosystem:google": ("google/",),
    "ecosystem:nvidia": ("nvidia/",),
    "region:eu": ("mistralai/",),
    "region:china": (
        *("qwen/", "deepseek/", "z-ai/", "moonshotai/", "minimax/", "stepfun/", "baai/", "tencent/", "xiaomi/"),
        "inclusionai/",
    ),
    "region:us": (*("anthropic/", "openai/", "google/", "nvidia/", "meta-llama/", "x-ai/", "poolside/"),),
    "region:other": ("cohere/", "upstage/"),
}
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


def test_weekly_token_shares_are_those_of_the_csv(published: duckdb.DuckDBPyConnection, shared_data: Path) -> None:
    totals: Counter[str] = Counter()
    days: dict[str, set[str]] = defaultdict(set)
    parts: dict[tuple[str, str], int] = Counter()
    with (shared_data / "openrouter" / "daily_top50_tokens.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            day = datetime.strptime(row["date"], "%Y-%m-%d").replace(tzinfo=UTC)
            monday = f"{day - timedelta(days=day.weekday()):%Y-%m-%d}"
            totals[monday] += int(row["tokens"])
            days[monday].add(row["date"])
            for entity, prefixes in AUTHORS.items():
                if row["model"].startswith(prefixes):
                    parts[entity, monday] += int(row["tokens"])
    found = {
        (entity, week): (value, n)
        for entity, week, value, n in published.execute(
            "SELECT entity_id, period::VARCHAR, value, n FROM metrics.token_share WHERE value IS NOT NULL"
        ).fetchall()
        if entity in AUTHORS
    }
    expected = {(entity, week): (tokens / totals[week], len(days[week])) for (entity, week), tokens in parts.items()}
    assert found.keys() == expected.keys()
    assert all(found[one] == (pytest.approx(value, rel=1e-12), n) for one, (value, n) in expected.items())
    assert len(totals) == 10
    leads = dict(
        published.execute(
            "SELECT entity_id, max(value) FROM metrics.token_lead WHERE entity_id LIKE 'region:%' GROUP BY 1"
        ).fetchall()
    )
    ahead = [
        week
        for week in sorted(totals)
        if len(days[week]) == 7 and parts["region:china", week] > parts["region:us", week]
    ]
    longest = run = 0
    for week, previous in zip(ahead, [None, *ahead], strict=False):
        gap = previous is None or datetime.fromisoformat(week) - datetime.fromisoformat(previous) != timedelta(days=7)
        run = 1 if gap else run + 1
        longest = max(longest, run)
    assert leads["region:china"] == longest


def test_trending_models_are_the_first_hundred_of_each_file(
    published: duckdb.DuckDBPyConnection, shared_data: Path
) -> None:
    for path in sorted((shared_data / "huggingface").glob("*.models.jsonl.gz")):
        with gzip.open(path, "rt") as file:
            rows = sorted(map(json.loads, file), key=lambda row: (-row["trendingScore"], row["id"]))[:100]
        names = published.execute(
            "SELECT name FROM staging.trending WHERE day = ? ORDER BY rank", [path.name[:10]]
        ).fetchall()
        assert [name for (name,) in names] == [row["id"] for row in rows]
    own = sum(row["id"].startswith("Qwen/") for row in rows)
    value = published.execute(
        "SELECT value * n * 100 FROM metrics.trending_share WHERE entity_id = 'project:qwen' AND period = '2026-08-01' "
        "AND series = ''"
    ).fetchone()
    assert value is not None
    assert value[0] > own
