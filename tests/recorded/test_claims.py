"""Adoption, openness and claims on real recorded data, against reckonings from the files, which know nothing of SQL."""

from __future__ import annotations

import csv
import gzip
import json
import math
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

pytestmark = pytest.mark.slow
ECOSYSTEMS = {
    "qwen": "Qwen",
    "deepseek": "deepseek-ai",
    "llama": "meta-llama",
    "mistral": "mistralai",
    "kimi": "moonshotai",
}
"""Ecosystems whose models are all those of one Hub organisation, and its name."""
T_975 = {3: 3.182446, 4: 2.776445, 5: 2.570582}
Listed = Mapping[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def listed(shared_data: Path) -> Listed:
    """Day → the models of its file."""
    found = {}
    for path in sorted((shared_data / "huggingface").glob("*.models.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            found[path.name[:10]] = [json.loads(line) for line in file]
    return found


def by_organization(rows: list[dict[str, Any]], column: str) -> dict[str, list[int]]:
    counts: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.get(column) is not None:
            counts[row["id"].partition("/")[0]].append(row[column])
    return counts


def test_downloads_of_each_day_are_those_of_the_file(published: duckdb.DuckDBPyConnection, listed: Listed) -> None:
    checked = 0
    for day, rows in listed.items():
        for measure, column in (("30-days", "downloads"), ("all-time", "downloadsAllTime")):
            counts = by_organization(rows, column)
            for ecosystem, organization in ECOSYSTEMS.items():
                row = published.execute(
                    "SELECT value, n FROM metrics.downloads_by_day "
                    "WHERE entity_id = ? AND day = ? AND measure = ? AND until IS NULL",
                    [f"ecosystem:{ecosystem}", day, measure],
                ).fetchone()
                told = counts.get(organization, [])
                assert (row or (None, 0)) == ((sum(told), len(told)) if told else (None, 0)), (day, measure, ecosystem)
                checked += bool(told)
    assert checked >= 20


def test_concentration_is_that_of_the_file(published: duckdb.DuckDBPyConnection, listed: Listed) -> None:
    members = published.execute(
        "SELECT name FROM staging.model JOIN catalogue.membership ON subject_id = model_id "
        "WHERE entity_id = 'region:china'"
    ).fetchall()
    names = {name for (name,) in members}
    day, rows = max(listed.items())
    totals = [sum(each) for each in by_organization([r for r in rows if r["id"] in names], "downloads").values()]
    (found,) = published.execute(
        "SELECT value, n, snapshot_day::VARCHAR FROM metrics.download_concentration "
        "WHERE entity_id = 'region:china' AND period = '2026-08-01' AND series = ''"
    ).fetchall()
    assert found[1:] == (len(totals), day)
    assert math.isclose(found[0], sum((each / sum(totals)) ** 2 for each in totals), rel_tol=1e-12)


def test_licences_are_those_of_the_last_listing(published: duckdb.DuckDBPyConnection, listed: Listed) -> None:
    newest = {row["id"]: row for day in sorted(listed) for row in listed[day] if row["id"].startswith("Qwen/")}
    told = [[tag[8:] for tag in row.get("tags", ()) if tag.startswith("license:")] for row in newest.values()]
    free = sum(licences in (["apache-2.0"], ["mit"]) for licences in told)
    row = published.execute(
        "SELECT value, n FROM metrics.license_mix "
        "WHERE entity_id = 'ecosystem:qwen' AND period = '2026-08-01' AND series = 'license:osi of:models'"
    ).fetchone()
    assert row == (free / len(newest), len(newest))


def verdict(published: duckdb.DuckDBPyConnection, claim: str) -> tuple[Any, ...]:
    (row,) = published.execute(
        "SELECT verdict_today, held_from::VARCHAR, held_until::VARCHAR, reason_today FROM metrics.claim_verdict WHERE claim = ?",
        [claim],
    ).fetchall()
    return row


def test_whether_qwen_passed_llama_follows_from_the_files(published: duckdb.DuckDBPyConnection, listed: Listed) -> None:
    ahead: dict[str, bool] = {}
    for day, rows in listed.items():
        counts = by_organization(rows, "downloadsAllTime")
        if counts.get("Qwen") and counts.get("meta-llama"):
            ahead[day] = sum(counts["Qwen"]) > sum(counts["meta-llama"])
    assert list(ahead) == ["2026-06-05"]  # no other file has all-time counts
    days = [day for day, held in sorted(ahead.items()) if held]
    expected = "supported" if ahead[max(ahead)] else "contradicted"
    assert verdict(published, "qwen_downloads_passed_llama") == (expected, days[0], days[-1], None)


def test_whether_agents_grow_faster_follows_from_the_rankings(
    published: duckdb.DuckDBPyConnection, shared_data: Path
) -> None:
    month_ends = fork_levels(published, shared_data)
    months = sorted({month for levels in month_ends.values() for month in levels if month < 2026 * 12 + 7})
    known = 0
    for month in months[5:]:
        for layer in ("agent", "model"):
            reckoned = growth(month_ends, layer_of(published, layer), month)
            row = published.execute(
                "SELECT low, high FROM metrics.fork_growth WHERE entity_id = ? AND period = ? AND series = ''",
                [f"layer:{layer}", date(month // 12, month % 12 + 1, 1)],
            ).fetchone()
            if reckoned:
                known += 1
                assert row == pytest.approx([100 * (math.exp(end) - 1) for end in reckoned])
    assert known
    # the lists show a part of the repositories only: whatever they say, it decides nothing
    found = verdict(published, "agents_grow_faster")
    assert found[:3] == ("not enough data", None, None)
    assert "; coverage 0." in found[3]


def layer_of(published: duckdb.DuckDBPyConnection, layer: str) -> set[str]:
    rows = published.execute("SELECT subject_id FROM catalogue.membership WHERE entity_id = ?", [f"layer:{layer}"])
    return {name for (name,) in rows.fetchall()}


def fork_levels(published: duckdb.DuckDBPyConnection, shared_data: Path) -> dict[str, dict[int, int]]:
    """Repository → month (12 times the year, and the months before it) → forks on its last day that the file has."""
    names = published.execute(
        "SELECT lower(source_key[8:]), repository_id, coalesce(valid_from, '0001-01-01'::DATE)::VARCHAR, "
        "coalesce(valid_to, '9999-12-31'::DATE)::VARCHAR FROM staging.identity WHERE repository_id IS NOT NULL"
    ).fetchall()
    last: dict[tuple[str, int], tuple[str, int]] = {}
    with gzip.open(shared_data / "github" / "ranking-daily.csv.gz", "rt") as file:
        rows = [row for row in csv.DictReader(file) if row["d"] <= "2026-08-22"]
    owners = defaultdict(list)
    for name, *rest in names:
        owners[name].append(rest)
    for row in rows:
        for repository, start, end in owners.get(row["fn"].lower(), ()):
            if start <= row["d"] < end:
                key = (repository, int(row["d"][:4]) * 12 + int(row["d"][5:7]) - 1)
                last[key] = max(last.get(key, ("", 0)), (row["d"], int(row["forks"])))
    levels: dict[str, dict[int, int]] = defaultdict(dict)
    for (repository, month), (_, forks) in last.items():
        levels[repository][month] = forks
    return levels


def growth(levels: Mapping[str, Mapping[int, int]], members: set[str], month: int) -> tuple[float, float] | None:
    """The 95 % interval of the mean of the logarithmic increments of six months; None below four of them."""
    increments = []
    for end in range(month - 5, month + 1):
        both = [levels[one] for one in members if {end - 1, end} <= set(levels.get(one, ()))]
        known = sum(
            levels[one][max(m for m in levels[one] if m < end)]
            for one in members
            if any(m < end for m in levels.get(one, ()))
        )
        before, after = (sum(each[at] for each in both) for at in (end - 1, end))
        if before and 2 * before >= known:
            increments.append(math.log(after / before))
    if len(increments) < 4:
        return None
    mean = sum(increments) / len(increments)
    spread = sum((each - mean) ** 2 for each in increments) / (len(increments) - 1)
    half = T_975[len(increments) - 1] * math.sqrt(spread / len(increments))
    return mean - half, mean + half


def test_whether_chinese_tokens_passed_american_follows_from_the_csv(
    published: duckdb.DuckDBPyConnection, shared_data: Path
) -> None:
    rows = published.execute(
        "SELECT substr(subject_id, 12), entity_id FROM catalogue.membership "
        "WHERE subject_id LIKE 'openrouter:%' AND entity_id LIKE 'region:%'"
    ).fetchall()
    regions = dict(rows)
    weeks: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    days = defaultdict(set)
    with (shared_data / "openrouter" / "daily_top50_tokens.csv").open() as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["date"])
            if row["model"] != "other":
                week = day - timedelta(days=day.weekday())
                days[week].add(day)
                weeks[week][regions.get(row["model"], "region:unknown")] += int(row["tokens"])
    ahead = {}
    for week, told in weeks.items():
        china, us, unknown = (told.get(f"region:{name}", 0) for name in ("china", "us", "unknown"))
        if len(days[week]) == 7 and china and us:
            ahead[week] = True if china > us + unknown else False if us >= china + unknown else None
    pairs = [
        (week, ahead[week], ahead[week - timedelta(days=7)]) for week in ahead if week - timedelta(days=7) in ahead
    ]
    held = [str(week + timedelta(days=6)) for week, now, then in pairs if now and then]
    decided = held or [week for week, now, then in pairs if now is False or then is False]
    found = verdict(published, "chinese_tokens_passed_american")
    if not decided:
        assert found[:3] == ("not enough data", None, None)
    else:
        assert found[:3] == (("supported", held[0], held[-1]) if held else ("contradicted", None, None))


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("agents_publish_security_policy", "not enough data"),  # no GitHub was recorded
        ("chinese_attract_more_newcomers", "not enough data"),  # 11 histories of 90 repositories
        ("architectures_grow_alike", "not enough data"),  # no file tells the architecture
        ("american_startups_use_chinese_models", "not testable"),
    ],
)
def test_what_the_recording_cannot_decide_says_why(
    published: duckdb.DuckDBPyConnection, claim: str, expected: str
) -> None:
    found = verdict(published, claim)
    assert found[:3] == (expected, None, None)
    assert found[3]
