"""A small world for the metrics: the tables of the contract, filled from tables written as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pytest

import metrics
from metrics.macro_files import macros_called

DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "staging.commit": {
        "repository_id": "github:1",
        "sha": "commit {row}-{copy}",
        "utc_offset_minutes": "0",
        "is_merge": "false",
        "co_author_ids": "[]",
        "strange_date": "false",
    },
    "staging.contribution": {"subject_id": "github:1", "kind": "commit"},
    "staging.repository_snapshot": {
        "repository_id": "github:1",
        "origin": "counter",
        "stars_spread": "0",
        "forks_spread": "0",
    },
    "staging.issue": {"repository_id": "github:1", "issue_id": "issue {row}-{copy}", "reopened": "false"},
    "staging.issue_response": {"kind": "comment"},
    "staging.pull_request": {
        "repository_id": "github:1",
        "pull_request_id": "change {row}-{copy}",
        "is_draft": "false",
    },
    "staging.review": {"kind": "review"},
    "staging.fork": {"repository_id": "github:1", "fork_id": "fork {row}-{copy}"},
    "staging.star": {"repository_id": "github:1", "person_id": "stargazer {row}-{copy}"},
    "staging.release": {"repository_id": "github:1", "release_id": "release {row}-{copy}", "prerelease": "false"},
    "staging.affiliation": {"basis": "e-mail"},
    "staging.community_profile": {
        "repository_id": "github:1",
        **dict.fromkeys(("readme", "license", "code_of_conduct", "contributing", "security_policy"), "false"),
        **dict.fromkeys(("issue_templates", "pull_request_templates"), "false"),
    },
    "staging.security_advisory": {"repository_id": "github:1", "advisory_id": "GHSA-{row}-{copy}"},
    "staging.token_usage": {"is_other": "false"},
    "staging.model_snapshot": {"gone": "false"},
    "staging.model_lineage": {"relation": "unspecified", "share": "1"},
}
"""What a table's cells hold where a case does not write the column."""

MEMBERSHIP = """
entity_id           | subject_id
repository:acme/one | github:1
project:acme        | github:1
ecosystem:acme      | github:1
region:eu           | github:1
layer:model         | github:1
"""
"""One repository in one project in one ecosystem: the world of a case that does not write its own."""

COVERAGE = """
INSERT INTO ops.coverage BY NAME
SELECT DISTINCT
    m.subject_id, s.source, s.stream, TIMESTAMPTZ '2005-01-01 00:00:00+00' AS observed_from,
    CAST(? AS TIMESTAMPTZ) AS observed_until, 'ok' AS status, 1 AS row_count, 0 AS quarantined
FROM catalogue.membership AS m
JOIN (
    VALUES ('git', 'commits', 'github:%'), ('huggingface', 'models', 'hf-org:%'),
    ('huggingface', 'trending', 'hf-org:%'), ('huggingface', 'spaces', 'hf-org:%'),
    ('huggingface', 'discussions', 'hf-org:%'),
    ('github', 'counters', 'github:%'), ('github', 'repositories', 'github:%'), ('github', 'issues', 'github:%'),
    ('github', 'pull_requests', 'github:%'), ('github', 'forks', 'github:%'), ('github', 'stargazers', 'github:%'),
    ('github', 'releases', 'github:%'), ('github', 'discussions', 'github:%'), ('github', 'community', 'github:%')
) AS s(source, stream, subjects) ON m.subject_id LIKE s.subjects
"""

ENTITY_COVERAGE = """
INSERT INTO ops.entity_coverage
SELECT
    m.entity_id, c.source, c.stream, count(*), count(c.observed_until), min(c.observed_until),
    coalesce(sum(abs(c.difference)), 0)
FROM ops.coverage AS c
JOIN catalogue.membership AS m ON m.subject_id = c.subject_id
GROUP BY m.entity_id, c.source, c.stream
"""

ENTITIES = """
INSERT INTO catalogue.entity
SELECT DISTINCT entity_id, split_part(entity_id, ':', 1), entity_id, NULL FROM catalogue.membership
"""

ISSUE_STATE = """
INSERT INTO staging.issue_state SELECT issue_id, created_at, closed_at FROM staging.issue
"""
"""What follows from issues that nobody opened again."""

PEOPLE = """
INSERT INTO staging.person
SELECT DISTINCT person_id, 'human', NULL, NULL, NULL
FROM (
    SELECT author_id FROM staging.commit
    UNION ALL SELECT person_id FROM staging.contribution
    UNION ALL SELECT author_id FROM staging.issue
    UNION ALL SELECT person_id FROM staging.issue_response
    UNION ALL SELECT author_id FROM staging.pull_request
    UNION ALL SELECT person_id FROM staging.review
    UNION ALL SELECT author_id FROM staging.discussion
    UNION ALL SELECT person_id FROM staging.discussion_response
) AS t(person_id)
WHERE person_id IS NOT NULL AND person_id NOT IN (SELECT person_id FROM staging.person)
"""


def parse_table(text: str) -> list[dict[str, str | None]]:
    """Rows of a table written with `|`; an empty cell is NULL. Lines that begin with # are remarks."""
    lines = [line for line in text.strip().split("\n") if line.strip() and not line.lstrip().startswith("#")]
    head, *body = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [dict(zip(head, (cell or None for cell in row), strict=True)) for row in body]


def _copies(table: str, row: Mapping[str, str | None], number: int) -> Iterator[dict[str, str | None]]:
    """The row with its defaults, as often as its column `*` says."""
    for copy in range(int(row.get("*") or 1)):
        made: dict[str, str | None] = {
            key: cell.format(row=number, copy=copy) for key, cell in DEFAULTS.get(table, {}).items()
        }
        yield made | {key: cell for key, cell in row.items() if key != "*"}


@dataclass
class World:
    """A DuckDB in memory with the tables of the contract.

    Attributes:
        connection: where the tables are.
        observed_until: up to when every stream is observed, unless the case writes ops.coverage itself.
    """

    connection: duckdb.DuckDBPyConnection
    observed_until: str = "2025-01-01 00:00:00+00"
    given: dict[str, list[dict[str, str | None]]] = field(default_factory=dict)

    def give(self, table: str, text: str) -> None:
        """Adds rows; a column `*` says how many copies of the row there are."""
        self.given.setdefault(table, []).extend(parse_table(text))

    def fill(self) -> None:
        """Writes what was given, and what follows from it: entities, coverage, people."""
        if "catalogue.membership" not in self.given:
            self.give("catalogue.membership", MEMBERSHIP)
        for table, rows in self.given.items():
            self.insert(
                table, [complete for number, row in enumerate(rows) for complete in _copies(table, row, number)]
            )
        if "staging.issue_state" not in self.given:
            self.connection.execute(ISSUE_STATE)
        self.connection.execute(ENTITIES)
        if "ops.coverage" not in self.given:
            self.connection.execute(COVERAGE, [self.observed_until])
        self.connection.execute(ENTITY_COVERAGE)
        self.connection.execute(PEOPLE)

    def insert(self, table: str, rows: list[dict[str, str | None]]) -> None:
        """Writes rows that all have the same columns; texts become the columns' types."""
        columns = list(rows[0])
        values = ", ".join(f"unnest($cells[{number}])" for number in range(1, len(columns) + 1))
        cells = [[row[column] for row in rows] for column in columns]
        self.connection.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}", {"cells": cells})

    def rows(self, metric: str, columns: str = "*", where: str = "TRUE") -> list[tuple[Any, ...]]:
        """Builds the metric, with the macros that it calls, and returns its rows in order of entity, period, series."""
        defined = metrics.load()[metric]
        self.connection.execute("CREATE SCHEMA IF NOT EXISTS metrics")
        for name in macros_called(defined.sql):
            self.connection.execute(metrics.macros()[name])
        self.connection.execute(metrics.create_statement(defined))
        return self.connection.execute(
            f"SELECT {columns} FROM metrics.{metric} WHERE {where} ORDER BY entity_id, period, series"
        ).fetchall()


@pytest.fixture
def world() -> Iterator[World]:
    """An empty world; its session is far from UTC, because a metric must not care."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Pacific/Kiritimati'")
    metrics.create_inputs(connection)
    yield World(connection)
    connection.close()


@pytest.fixture
def table() -> Callable[[str], list[dict[str, str | None]]]:
    """Reads a table written with `|`."""
    return parse_table
