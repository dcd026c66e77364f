"""What must hold for every metric on any data: tried on generated worlds with every kind of gap, in every order."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from github_rows import change_requests, issues
from growth_rows import coverage as growth_coverage
from growth_rows import growth
from model_rows import models, openness
from usage_rows import usage

import metrics

Rows = dict[str, list[tuple[Any, ...]]]
METRICS = sorted(metrics.load())
WEEKLY = {"token_share", "token_lead"}
SEEDS = [1, pytest.param(2, marks=pytest.mark.slow)]
BEGIN = datetime(2023, 1, 1, tzinfo=UTC)
OBSERVED_UNTIL = datetime(2024, 11, 12, 6, tzinfo=UTC)
REPOSITORIES = ["github:1", "github:2", "github:3", "github:4"]
ENTITIES = {
    "github:1": ["repository:a/1", "project:a", "ecosystem:a", "region:eu", "layer:model"],
    "github:2": ["repository:b/2", "project:b", "ecosystem:bc", "region:us", "layer:model"],
    "github:3": ["repository:b/3", "project:b", "ecosystem:bc", "region:us", "layer:model"],
    "github:4": ["repository:c/4", "project:c", "ecosystem:bc", "region:us", "layer:agent"],
    "hf-org:a": ["project:a", "ecosystem:a", "region:eu", "layer:model"],
    "hf-org:b": ["project:b", "ecosystem:bc", "region:us", "layer:model"],
    "openrouter:a/one": ["project:a", "ecosystem:a", "region:eu", "layer:model"],
    "openrouter:b/two": ["project:b", "ecosystem:bc", "region:us", "layer:model"],
    **{f"hf:a{i}": ["project:a", "ecosystem:a", "region:eu", "layer:model"] for i in range(8)},
    **{f"hf:b{i}": ["project:b", "ecosystem:bc", "region:us", "layer:model"] for i in range(8)},
}
"""Subject → its entities; ecosystem:a has one project of one repository."""


def membership() -> list[tuple[Any, ...]]:
    windows = {("project:b", "github:3"): (date(2023, 6, 10), date(2024, 5, 20))}
    return [
        (entity, subject, *windows.get((entity, subject), (None, None)))
        for subject, entities in ENTITIES.items()
        for entity in entities
    ]


def a_moment(rng: random.Random, first_year: int = 2023) -> datetime:
    begin = datetime(first_year, 1, 1, tzinfo=UTC)
    return begin + timedelta(seconds=rng.randrange(int((OBSERVED_UNTIL - begin).total_seconds())))


def commits(rng: random.Random) -> list[tuple[Any, ...]]:
    """Sessions of one person in one repository; person 0 is a bot, 1 an agent. The shas of github:3 and :4 overlap."""
    rows = []
    for session in range(250):
        repository = rng.choice(["github:1", "github:2", "github:3", "github:3", "github:4"])
        person = int(rng.paretovariate(0.7)) % 15
        begin = a_moment(rng)
        offset = rng.choice([0, 60, 480, -300]) if person % 3 else 0
        for number in range(rng.randrange(1, 6)):
            at = min(begin + timedelta(hours=7 * number), OBSERVED_UNTIL)
            helpers = rng.sample(["p1", "p16", "p5"], rng.randrange(3)) if rng.random() < 0.2 else []
            shared = session % 10 == 0 and repository in {"github:3", "github:4"}
            for where in ("github:3", "github:4") if shared else (repository,):
                sha = f"{session}-{number}"
                merge, strange = number == 3, session == 77
                rows.append((where, sha, f"p{person}", at, offset, at, merge, helpers, strange))
    return rows


def snapshots(rng: random.Random) -> list[tuple[Any, ...]]:
    """Daily counters with whole months missing, one repository late and one never seen."""
    rows = []
    for repository, begins, lost in (("github:1", 0, 0.0), ("github:2", 90, 0.3), ("github:3", 0, 0.5)):
        day, stars, forks = date(2023, 1, 1) + timedelta(days=begins), 50, 0
        listed = {month for month in range(13) if rng.random() >= lost}
        while day < OBSERVED_UNTIL.date():
            if day.month in listed and rng.random() < 0.5:
                rows.append((repository, day, stars, None if rng.random() < 0.05 else forks, 3, "counter", 0, 0))
            stars, forks, day = stars + rng.randrange(5), forks + rng.randrange(-1, 4), day + timedelta(days=1)
    return rows


def generated(seed: int) -> Rows:
    """A world: table → rows."""
    rng = random.Random(seed)
    made = commits(rng)
    github = [("github", "counters"), ("github", "issues"), ("github", "pull_requests")]
    hub = [("huggingface", stream) for stream in ("models", "trending", "spaces", "discussions")]
    streams = {"github:": [("git", "commits"), *github], "hf-org:": hub}
    coverage: list[tuple[Any, ...]] = [
        (subject, *stream, datetime(2023, 1, 1, tzinfo=UTC), OBSERVED_UNTIL, "ok", None, 1, 0)
        for subject in ENTITIES
        for begin, kept in streams.items()
        if subject.startswith(begin)
        for stream in kept
        if (subject, stream[0]) != ("github:4", "github")
    ]
    coverage += [("github:4", *stream, None, None, "never", "not in the list", 0, 0) for stream in github]
    coverage += growth_coverage(REPOSITORIES, BEGIN, OBSERVED_UNTIL)
    kinds: dict[int, tuple[Any, ...]] = {
        0: ("bot", None, None, None),
        1: ("agent", "claude", date(2023, 9, 1), None),
        16: ("agent", "copilot", None, None),
    }
    rows: Rows = {
        "catalogue.membership": membership(),
        "catalogue.entity": [
            (e, e.partition(":")[0], e, None) for e in sorted({e for m in ENTITIES.values() for e in m})
        ],
        "ops.coverage": coverage,
        "staging.person": [(f"p{i}", *kinds.get(i, ("human", None, None, None))) for i in range(17)],
        "staging.commit": made,
        "staging.contribution": [(row[2], row[0], "commit", row[3]) for row in made if not row[8]]
        + [
            (f"p{rng.randrange(15)}", rng.choice(["github:1", "hf:a1", "github:4"]), "issue", a_moment(rng))
            for _ in range(90)
        ],
        "staging.repository_snapshot": snapshots(rng),
        **models(rng, [name for name in ENTITIES if name.startswith("hf:")], BEGIN, OBSERVED_UNTIL),
        **openness(rng, REPOSITORIES, BEGIN, OBSERVED_UNTIL),
        **issues(rng, REPOSITORIES, BEGIN, OBSERVED_UNTIL),
        **change_requests(rng, REPOSITORIES, BEGIN, OBSERVED_UNTIL),
    }
    catalogued = [name for name in ENTITIES if name.startswith("hf:")]
    used = usage(rng, catalogued, ["a/one", "b/two", "c/three"], BEGIN, OBSERVED_UNTIL)
    for some in (growth(rng, REPOSITORIES, BEGIN, OBSERVED_UNTIL), used):
        for table, more in some.items():
            rows.setdefault(table, []).extend(more)
    return rows


@dataclass
class Settings:
    threads: int = 2
    time_zone: str = "UTC"


def built(rows: Rows, settings: Settings | None = None) -> duckdb.DuckDBPyConnection:
    settings = settings or Settings()
    connection = duckdb.connect()
    connection.execute(f"SET threads = {settings.threads}")
    connection.execute(f"SET TimeZone = '{settings.time_zone}'")
    metrics.create_inputs(connection)
    for table, values in rows.items():
        names = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
        connection.register("given", pa.table(dict(zip(names, map(list, zip(*values, strict=True)), strict=False))))
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM given")
        connection.unregister("given")
    connection.execute(
        "INSERT INTO ops.entity_coverage "
        "SELECT m.entity_id, c.source, c.stream, count(*), count(c.observed_until), min(c.observed_until), 0 "
        "FROM ops.coverage AS c JOIN catalogue.membership AS m ON m.subject_id = c.subject_id GROUP BY ALL"
    )
    connection.execute("INSERT INTO staging.issue_state SELECT issue_id, created_at, closed_at FROM staging.issue")
    metrics.build(connection)
    return connection


@pytest.fixture(scope="module", params=SEEDS)
def warehouse(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = built(generated(request.param))
    yield connection
    connection.close()


def content(connection: duckdb.DuckDBPyConnection, metric: str, where: str = "TRUE") -> list[tuple[Any, ...]]:
    return connection.execute(f"SELECT * FROM metrics.{metric} WHERE {where}").fetchall()


@pytest.mark.parametrize("metric", METRICS)
def test_generic_and_own_checks_find_nothing(warehouse: duckdb.DuckDBPyConnection, metric: str) -> None:
    assert content(warehouse, metric)
    for name, check in {**metrics.GENERIC_CHECKS, **metrics.load()[metric].checks}.items():
        assert warehouse.execute(check.format(metric=metric)).fetchall() == [], name


@pytest.mark.parametrize("metric", METRICS)
def test_rows_are_ordered_and_months_have_no_holes(warehouse: duckdb.DuckDBPyConnection, metric: str) -> None:
    rows = warehouse.execute(f"SELECT entity_id, period, series FROM metrics.{metric}").fetchall()
    assert rows == sorted(rows)
    if metric in WEEKLY:
        weeks: dict[tuple[str, str], list[int]] = defaultdict(list)
        for entity, period, series in rows:
            weeks[entity, series].append(period.toordinal())
        assert all(found == list(range(found[0], found[-1] + 1, 7)) for found in weeks.values())
        return
    step = 3 if metric == "contributor_retention" else 1
    months: dict[tuple[str, str], list[int]] = defaultdict(list)
    for entity, period, series in rows:
        months[entity, series].append(period.year * 12 + period.month)
    assert all(found == list(range(found[0], found[0] + step * len(found), step)) for found in months.values())


@pytest.mark.parametrize("metric", METRICS)
def test_ecosystem_of_one_repository_has_the_repositorys_values(
    warehouse: duckdb.DuckDBPyConnection, metric: str
) -> None:
    lone = "SELECT * EXCLUDE (entity_id) FROM metrics.{} WHERE entity_id = '{}'"
    # models, and contributions to them, are the project's, not the repository's
    of_models = {"staging.model", "staging.model_snapshot", "staging.contribution", "staging.token_usage"}
    of_models |= {"staging.trending", "staging.space_model", "staging.discussion"}
    one = "project:a" if of_models & set(metrics.load()[metric].reads) else "repository:a/1"
    expected = warehouse.execute(lone.format(metric, one)).fetchall()
    assert expected
    assert warehouse.execute(lone.format(metric, "ecosystem:a")).fetchall() == expected
    assert warehouse.execute(lone.format(metric, "region:eu")).fetchall() == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_order_of_rows_threads_and_time_zone_change_nothing(seed: int) -> None:
    reference = built(generated(seed), Settings(threads=1))
    rows = generated(seed)
    for values in rows.values():
        random.Random(9).shuffle(values)
    shuffled = built(rows, Settings(threads=4, time_zone="Pacific/Kiritimati"))
    for metric in METRICS:
        assert content(shuffled, metric) == content(reference, metric), metric


@pytest.mark.parametrize("seed", SEEDS)
def test_people_and_absence_factor_equal_an_independent_count(seed: int) -> None:
    connection = built(generated(seed))
    made = [row for row in generated(seed)["staging.commit"] if row[0] == "github:2" and not row[8]]
    human = [row for row in made if row[2] not in {"p0", "p1", "p16"} and not row[6]]
    for period, factor, n in connection.execute(
        "SELECT period, value, n FROM metrics.contributor_absence_factor WHERE entity_id = 'repository:b/2'"
    ).fetchall():
        last = period.year * 12 + period.month
        tally: dict[str, int] = defaultdict(int)
        for row in human:
            tally[row[2]] += last - 12 < row[3].year * 12 + row[3].month <= last
        counts = sorted(tally.values(), reverse=True)
        assert n == sum(counts)
        assert factor == next((k for k in range(1, len(counts) + 1) if sum(counts[:k]) * 2 >= n), None)
    people = dict(
        connection.execute(
            "SELECT period, value FROM metrics.contributors WHERE entity_id = 'repository:b/2'"
        ).fetchall()
    )
    seen: dict[date, set[str]] = defaultdict(set)
    for row in made:
        if row[2] not in {"p0", "p1", "p16"}:
            seen[date(row[3].year, row[3].month, 1)].add(row[2])
    assert {period: value for period, value in people.items() if value} == {p: len(who) for p, who in seen.items()}


def test_download_shares_of_the_projects_add_up_to_one(warehouse: duckdb.DuckDBPyConnection) -> None:
    for kind in ("project", "ecosystem", "region"):
        sums = warehouse.execute(
            f"SELECT sum(value) FROM metrics.download_share WHERE entity_id LIKE '{kind}:%' "
            "GROUP BY period HAVING count(value) > 0"
        ).fetchall()
        assert len(sums) > 10
        assert all(abs(total - 1) < 1e-12 for (total,) in sums)


def test_a_group_never_falls_where_its_members_rise(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Stars only rise in these worlds; whatever month a member is missing in, no total falls, but where one leaves."""
    falls = warehouse.execute(
        "SELECT entity_id, period, value FROM metrics.stars WHERE series = '' AND entity_id <> 'project:b' "
        "QUALIFY value < max(value) OVER (PARTITION BY entity_id ORDER BY period)"
    ).fetchall()
    assert falls == []
