"""What is written into the database, and that other engines can be given the same SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

import metrics
from metrics.portable import inlined, portable

METRICS = metrics.load()
NOT_ON_SPARK = ("QUANTILE_CONT", "ASOF", "GENERATE_SERIES", "RANGE(", "->>")
"""Constructs that were wrong or failed when they were run on both engines."""


def test_tables_have_the_types_and_comments_of_the_contract(world: Any) -> None:
    metrics.build(world.connection)
    for name, metric in METRICS.items():
        columns = world.connection.execute(
            "SELECT column_name, data_type, comment FROM duckdb_columns() "
            "WHERE schema_name = 'metrics' AND table_name = ? ORDER BY column_index",
            [name],
        ).fetchall()
        assert [column[:2] for column in columns[:10]] == [
            ("entity_id", "VARCHAR"),
            ("period", "DATE"),
            ("series", "VARCHAR"),
            ("value", "DOUBLE"),
            ("n", "BIGINT"),
            ("low", "DOUBLE"),
            ("high", "DOUBLE"),
            ("complete", "BOOLEAN"),
            ("reason", "VARCHAR"),
            ("flag", "VARCHAR"),
        ]
        assert [column[0] for column in columns[10:]] == list(metric.columns)
        assert all(comment for _, _, comment in columns)
    comments = world.connection.execute(
        "SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = 'metrics'"
    ).fetchall()
    assert {name for name, comment in comments if comment} == {
        *METRICS,
        "definition",
        "claim_observation",
        "claim_verdict",
    }


def test_long_view_and_definitions_hold_every_metric(world: Any) -> None:
    world.give("staging.contribution", "person_id | occurred_at\nann | 2024-12-01 00:00:00+00")
    world.fill()
    metrics.build(world.connection)
    assert world.connection.execute(
        "SELECT metric, entity_id, value FROM metrics.value WHERE entity_id = 'region:eu' ORDER BY metric"
    ).fetchall() == [
        ("contributor_flows", "region:eu", 0.0),
        ("contributor_overlap", "region:eu", 0.0),
        ("contributor_retention", "region:eu", None),
        ("contributors", "region:eu", 1.0),
        ("new_contributors", "region:eu", 1.0),
        ("shared_contributors", "region:eu", 0.0),
    ]
    defined = world.connection.execute("SELECT metric, definition, caveats, sql FROM metrics.definition").fetchall()
    assert [row[0] for row in defined] == list(METRICS)
    assert all(definition and caveats and sql for _, definition, caveats, sql in defined)


def test_building_one_metric_leaves_the_others_in_the_long_view(world: Any) -> None:
    world.give("staging.contribution", "person_id | occurred_at\nann | 2024-12-01 00:00:00+00")
    world.fill()
    metrics.build(world.connection, ["contributors"])
    metrics.build(world.connection, ["new_contributors"])
    assert world.connection.execute("SELECT DISTINCT metric FROM metrics.value ORDER BY ALL").fetchall() == [
        ("contributors",),
        ("new_contributors",),
    ]
    with pytest.raises(KeyError, match="no_such_metric"):
        metrics.build(world.connection, ["no_such_metric"])


def test_an_empty_warehouse_gives_empty_tables(world: Any) -> None:
    metrics.build(world.connection)
    assert world.connection.execute("SELECT count(*) FROM metrics.value").fetchone() == (0,)


OFFENCES = {
    "one row per entity, period and series": "INSERT INTO metrics.contributors SELECT * FROM metrics.contributors",
    "every entity is catalogued": "UPDATE metrics.contributors SET entity_id = 'project:nobody'",
    "the interval holds the value": "UPDATE metrics.contributors SET low = value + 1",
    "unknown has a reason, known has none": "UPDATE metrics.contributors SET value = NULL",
    "values are finite": "UPDATE metrics.contributors SET value = 'inf'",
    "a period is the first day of a month or of a week": "UPDATE metrics.contributors SET period = period + 2",
    "a small sample is flagged": "UPDATE metrics.contributors SET flag = NULL",
    "complete is told": "UPDATE metrics.contributors SET complete = NULL",
}


@pytest.mark.parametrize("name", metrics.GENERIC_CHECKS)
def test_each_check_finds_what_it_is_for(world: Any, name: str) -> None:
    world.give("staging.contribution", "person_id | occurred_at\nann | 2024-12-01 00:00:00+00")
    world.fill()
    metrics.build(world.connection, ["contributors"])
    check = metrics.GENERIC_CHECKS[name].format(metric="contributors")
    assert world.connection.execute(check).fetchall() == []
    world.connection.execute(OFFENCES[name])
    assert world.connection.execute(check).fetchall()


@pytest.mark.slow
@pytest.mark.parametrize("name", METRICS)
def test_sql_without_macros_gives_the_same_rows_and_is_understood_by_spark(world: Any, name: str) -> None:
    metric = METRICS[name]
    spark = portable(metric, "spark")
    statement = sqlglot.parse_one(spark, dialect="spark")
    assert not [table for table in statement.find_all(exp.Table) if table.db == "metrics"]
    assert not [word for word in NOT_ON_SPARK if word in spark.upper()]
    assert not [select for select in statement.find_all(exp.Select) if select.args.get("windows")], "named windows"
    world.give("staging.commit", "author_id | authored_at\nann | 2024-11-01 00:00:00+00\nben | 2024-12-01 00:00:00+00")
    world.give("staging.contribution", "person_id | occurred_at\nann | 2024-12-01 00:00:00+00")
    world.give("staging.repository_snapshot", "day | stars | forks\n2024-11-01 | 4 | 5\n2024-12-31 | 5 | 7")
    world.give(
        "catalogue.membership",
        "entity_id | subject_id\n"
        + "\n".join(f"project:a | {subject}" for subject in ("hf:m", "github:1", "hf-org:a", "openrouter:a/m")),
    )
    world.give(
        "staging.model",
        "model_id | organization | license | created_at\nhf:m | a | mit | 2024-11-01 00:00:00+00\n"
        "hf:d | b | mit | 2024-12-01 00:00:00+00",
    )
    world.give("staging.model_lineage", "model_id | parent_id | root_id\nhf:d | hf:m | hf:m")
    world.give("staging.model_snapshot", "model_id | day | downloads\nhf:m | 2024-12-31 | 7")
    world.give("staging.community_profile", "day | readme | advisories\n2024-12-31 | true | 1")
    at = " | 2024-12-01 00:00:00+00"
    world.give("staging.security_advisory", f"advisory_id | reported_at | published_at | fixed_at\nGHSA-1{at * 3}")
    world.give("staging.fork", "created_at | pushed_at\n2024-11-01 00:00:00+00 | 2024-12-01 00:00:00+00")
    world.give("staging.star", "starred_at\n2024-11-01 00:00:00+00")
    world.give("staging.release", "published_at\n2024-11-01 00:00:00+00")
    world.give("staging.token_usage", "day | model | tokens | subject_id\n2024-12-02 | a/m | 7 | openrouter:a/m")
    world.give("staging.trending", "day | rank | model_id\n2024-12-02 | 1 | hf:m")
    world.give("staging.trending_ancestor", "model_id | ancestor_id\nhf:m | hf:m")
    opened = "2024-12-01 00:00:00+00"
    world.give("staging.space_model", f"space_id | model_id | created_at | first_day\ns | hf:m | {opened} | 2024-12-01")
    hub = "discussion_id | subject_id | author_id | created_at | observed_until\nd1 | hf:m | ann"
    world.give("staging.discussion", f"{hub} | {opened} | 2025-01-01 00:00:00+00")
    world.give(
        "staging.discussion_response", "discussion_id | person_id | responded_at\nd1 | ben | 2024-12-03 00:00:00+00"
    )
    world.give("staging.affiliation", "person_id | organization\nann | acme")
    world.give("staging.issue", "issue_id | author_id | created_at\ni1 | ann | 2024-12-01 00:00:00+00")
    world.give("staging.issue_response", "issue_id | person_id | responded_at\ni1 | ben | 2024-12-02 00:00:00+00")
    request = "pull_request_id | author_id | created_at | ready_at | merged_at | closed_at\np1 | ann"
    world.give("staging.pull_request", request + " | 2024-12-01 00:00:00+00" * 2 + " | 2024-12-03 00:00:00+00" * 2)
    world.fill()
    metrics.build(world.connection, [name])
    flat = inlined(metric.sql).sql(dialect="duckdb")
    columns = "entity_id, period, series, value, n, complete, reason, flag"
    order = "ORDER BY entity_id, period, series"
    expected = world.connection.execute(f"SELECT {columns} FROM metrics.{name} {order}").fetchall()
    assert expected
    assert world.connection.execute(f"SELECT {columns} FROM ({flat}) {order}").fetchall() == expected


@pytest.fixture(scope="module")
def published() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    metrics.create_inputs(connection)
    metrics.build(connection, [])
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("metrics.wilson_low(3, 8)", 0.136844),  # as reckoned in tests/cases/agent_share
        ("metrics.wilson_high(3, 8)", 0.694257),
        ("metrics.wilson_low(0, 10)", 0.0),
        ("metrics.wilson_high(10, 10)", 1.0),
        ("metrics.wilson_high(0, 0)", None),
        ("metrics.t_975(1)", 12.706205),
        ("metrics.t_975(30)", 2.042272),
        ("metrics.t_975(60)", 2.000298 - 0.0008),  # table: 2.000298; the expansion is 0.0008 below
        ("metrics.t_975(0)", None),
        ("metrics.coverage(0.9999)", "coverage 0.99"),
        ("metrics.coverage(2 / 3)", "coverage 0.67"),
        ("metrics.coverage(1)", None),
        ("metrics.remarks(NULL, 'a', NULL, 'b')", "a; b"),
        ("metrics.remarks(NULL, NULL, NULL, NULL)", None),
        ("metrics.key_offset(metrics.offset_key(3, -480))", -480),
        ("metrics.key_offset(metrics.offset_key(1, 840))", 840),
        ("metrics.key_offset(greatest(metrics.offset_key(2, 0), metrics.offset_key(2, 60)))", 60),
        ("CAST(metrics.utc_day(TIMESTAMPTZ '2024-01-01 00:30:00+02') AS VARCHAR)", "2023-12-31"),
    ],
)
def test_macros_are_published_and_right(
    published: duckdb.DuckDBPyConnection, expression: str, expected: float | str | None
) -> None:
    value = published.execute(f"SELECT {expression}").fetchall()[0][0]
    assert (round(value, 4) if isinstance(value, float) else value) == (
        round(expected, 4) if isinstance(expected, float) else expected
    )
