"""Notable changes: each query on rows made by hand, the feed, and the badges."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import duckdb
import pytest
from fictional import HOSTILE

from dashboards import texts
from dashboards.parts import notices
from dashboards.read.publication import Publication, open_publication

ATOM = "{http://www.w3.org/2005/Atom}"
ROW = (
    "(entity_id VARCHAR, period DATE, series VARCHAR, value DOUBLE, n BIGINT, low DOUBLE, high DOUBLE, "
    "complete BOOLEAN, reason VARCHAR, flag VARCHAR)"
)


@contextmanager
def publication_of(path: Path, metric: str, rows: list[tuple[object, ...]]) -> Iterator[Publication]:
    """A publication with two ecosystems and one metric; rows: entity, month of 2026, value, n, low, high, complete."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "SET TimeZone = 'UTC'; CREATE SCHEMA ops; CREATE SCHEMA catalogue; CREATE SCHEMA metrics; "
            "CREATE TABLE ops.publication AS SELECT 'x' AS publication_id, "
            "TIMESTAMPTZ '2026-10-22 07:00Z' AS published_at, TIMESTAMPTZ '2026-10-22 06:00Z' AS as_of, "
            "FALSE AS simulated, NULL AS code, 0 AS batches; "
            "CREATE TABLE catalogue.entity AS SELECT * FROM (VALUES ('ecosystem:a', 'ecosystem', 'A', NULL), "
            "('ecosystem:b', 'ecosystem', 'B', NULL)) AS t(entity_id, kind, label, parent); "
            "CREATE TABLE catalogue.membership (entity_id VARCHAR, subject_id VARCHAR); "
            f"CREATE TABLE metrics.{metric} {ROW}"
        )
        connection.executemany(
            f"INSERT INTO metrics.{metric} VALUES (?, make_date(2026, ?, 1), '', ?, ?, ?, ?, ?, NULL, NULL)",
            [(f"ecosystem:{entity}", *rest) for entity, *rest in rows],
        )
    with open_publication(path) as publication:
        yield publication


def _found(publication: Publication) -> list[tuple[str, str, date]]:
    return [(n.change.name, n.entity_id, n.period) for n in notices.notices(publication)]


def test_an_absence_factor_that_falls_to_one_is_told_once(tmp_path: Path) -> None:
    rows = [("a", month, value, 50, None, None, True) for month, value in enumerate([2, 1, 1, 3, 1], start=1)]
    rows += [("b", 1, 2, 9, None, None, True), ("b", 2, 1, 9, None, None, True)]  # too few commits
    with publication_of(tmp_path / "p.duckdb", "contributor_absence_factor", rows) as publication:
        told = [("absence_factor_of_one", "ecosystem:a", date(2026, month, 1)) for month in (5, 2)]
        assert _found(publication) == told


def test_an_unfinished_month_tells_nothing(tmp_path: Path) -> None:
    rows = [("a", 1, 2, 50, None, None, True), ("a", 2, 1, 50, None, None, False)]
    with publication_of(tmp_path / "p.duckdb", "contributor_absence_factor", rows) as publication:
        assert _found(publication) == []


def test_a_doubled_response_time_is_told_where_the_intervals_are_apart(tmp_path: Path) -> None:
    rows = [
        *(("a", month, 10, 90, 8, 12, True) for month in (1, 2, 3)),
        *(("a", month, 30, 90, 25, 40, True) for month in (4, 5, 6)),  # one spell: told in April only
        ("b", 1, 10, 90, 8, 28, True),
        ("b", 4, 30, 90, 25, 40, True),  # [25, 40] meets [8, 28]
    ]
    with publication_of(tmp_path / "p.duckdb", "time_to_first_response", rows) as publication:
        assert _found(publication) == [("response_time_doubled", "ecosystem:a", date(2026, 4, 1))]
        [notice] = notices.notices(publication)
        told = notices.sentence(publication, notice)
        assert told.startswith("A: the time to a first response rose from 10.0 h to 30.0 h within three months")


def test_the_lead_changes_hands_and_a_tie_names_nobody(tmp_path: Path) -> None:
    rows = [("a", month, value, 5, None, None, True) for month, value in enumerate([10, 10, 10, 10], start=1)]
    rows += [("b", month, value, 5, None, None, True) for month, value in enumerate([5, 10, 20, 5], start=1)]
    with publication_of(tmp_path / "p.duckdb", "downloads", rows) as publication:
        found = notices.notices(publication)
        assert [(n.entity_id, n.other, n.period.month) for n in found] == [
            ("ecosystem:a", "ecosystem:b", 4),
            ("ecosystem:b", "ecosystem:a", 3),
        ]
        assert found[0].address == "adoption.html#downloads?show=ecosystem:a&show=ecosystem:b"


@pytest.mark.parametrize("change", notices.changes(), ids=lambda change: change.name)
def test_a_change_is_one_query_that_reads(change: notices.Change) -> None:
    statements = duckdb.extract_statements(change.sql)
    assert [statement.type for statement in statements] == [duckdb.StatementType.SELECT]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_feed_is_atom_whatever_names_hold(language: str, hostile: Path) -> None:
    feed = ET.parse(hostile / f"feed.{language}.xml").getroot()  # noqa: S314 - made by us just now
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    assert entries
    for element in (feed, *entries):
        assert all(element.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated"))
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids)
    links = [entry.find(f"{ATOM}link") for entry in entries]
    assert all(link is not None and (hostile / link.attrib["href"].partition("#")[0]).is_file() for link in links)


def test_every_project_has_its_badges_and_names_cannot_leave_them(hostile: Path) -> None:
    drawn = sorted((hostile / "badges").glob("*.svg"))
    assert len(drawn) == 2 * len(list(hostile.glob("project-*.html")))
    for path in drawn:
        badge = ET.parse(path).getroot()  # noqa: S314 - made by us just now
        assert badge.findtext("{http://www.w3.org/2000/svg}title")
    assert HOSTILE[0] not in "".join(path.read_text() for path in drawn)
