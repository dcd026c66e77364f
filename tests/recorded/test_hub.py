"""The recorded Hub days and OpenRouter's tokens in the published file, against counts straight from the files."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

pytestmark = pytest.mark.slow
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
