"""Lineage: roots by SQL are those of a reckoning in Python that follows one way after the other, in fractions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import duckdb
import pytest
import soak
from hypothesis import given
from hypothesis import strategies as st

from pipelines.staging import macros

Link = tuple[int, int]
OLDEST = datetime(1970, 1, 1, tzinfo=UTC)
NODES = st.integers(0, 9)
LINKS = st.lists(st.tuples(NODES, NODES).filter(lambda pair: pair[0] != pair[1]), unique=True, max_size=25)
AGES = st.dictionaries(NODES, st.integers(0, 5), max_size=10)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for macro in macros():
            connection.execute(macro)
        connection.execute("CREATE TABLE links (model_id VARCHAR, parent_id VARCHAR, relation VARCHAR)")
        connection.execute("CREATE TABLE ages (model_id VARCHAR, created_at TIMESTAMPTZ)")
        yield connection


def lineage(
    connection: duckdb.DuckDBPyConnection, links: Sequence[Link], ages: Mapping[int, int]
) -> dict[tuple[int, int, int], float]:
    """(model, base, root) → share, by the SQL."""
    connection.execute("DELETE FROM links")
    connection.execute("DELETE FROM ages")
    for child, parent in links:
        connection.execute("INSERT INTO links VALUES (?, ?, 'finetune')", [str(child), str(parent)])
    for node, age in ages.items():
        connection.execute("INSERT INTO ages VALUES (?, ?)", [str(node), OLDEST + timedelta(days=1 + age)])
    rows = connection.execute("SELECT model_id, parent_id, root_id, share FROM lineage('links', 'ages')").fetchall()
    found = {(int(child), int(parent), int(root)): share for child, parent, root, share in rows}
    assert len(found) == len(rows), "a row came twice"
    return found


def reckoned(links: Sequence[Link], ages: Mapping[int, int]) -> dict[tuple[int, int, int], Fraction]:
    """The same by the definition: a link on a cycle, from an older to a younger model, is not followed."""

    def above(node: int, seen: set[int]) -> set[int]:
        for child, parent in links:
            if child == node and parent not in seen:
                seen.add(parent)
                above(parent, seen)
        return seen

    def age(node: int) -> tuple[int, str]:
        return ages.get(node, -1), str(node)

    cut = [(child, parent) for child, parent in links if age(parent) > age(child) and child in above(parent, set())]
    followed = [link for link in links if link not in cut]

    def roots(node: int) -> dict[int, Fraction]:
        bases = [parent for child, parent in followed if child == node]
        if not bases:
            return {node: Fraction(1)}
        total: dict[int, Fraction] = {}
        for base in bases:
            for root, share in roots(base).items():
                total[root] = total.get(root, Fraction(0)) + share / len(bases)
        return total

    parts = {
        (child, parent, root): share
        for child, parent in links
        for root, share in ({parent: Fraction(1)} if (child, parent) in cut else roots(parent)).items()
    }
    named = {child: sum(1 for link in links if link[0] == child) for child, _parent in links}
    return {place: share / named[place[0]] for place, share in parts.items()}


@soak.examples(usual=60, full=3_000)
@given(links=LINKS, ages=AGES)
def test_roots_and_shares_are_those_of_the_definition(
    connection: duckdb.DuckDBPyConnection, links: list[Link], ages: dict[int, int]
) -> None:
    found, expected = lineage(connection, links, ages), reckoned(links, ages)
    assert found.keys() == expected.keys()
    assert all(abs(share - expected[place]) < 1e-9 for place, share in found.items())
    for model in {child for child, _parent in links}:
        assert abs(sum(share for (child, _, _), share in found.items() if child == model) - 1) < 1e-9


def test_a_missing_base_is_a_root_and_a_chain_has_one(connection: duckdb.DuckDBPyConnection) -> None:
    chain = [(node, node - 1) for node in range(9, 0, -1)]
    assert lineage(connection, chain, {node: node for node in range(1, 10)}) == {
        (node, node - 1, 0): 1.0 for node in range(1, 10)
    }


def test_a_cycle_ends_where_a_model_names_a_younger_one(connection: duckdb.DuckDBPyConnection) -> None:
    ages = {1: 1, 2: 2, 3: 3}
    assert lineage(connection, [(1, 3), (2, 1), (3, 2)], ages) == {(1, 3, 3): 1.0, (2, 1, 1): 1.0, (3, 2, 1): 1.0}


def test_a_younger_base_is_followed_where_it_closes_no_cycle(connection: duckdb.DuckDBPyConnection) -> None:
    assert lineage(connection, [(1, 2), (2, 3)], {1: 1, 2: 5, 3: 0}) == {(1, 2, 3): 1.0, (2, 3, 3): 1.0}


def test_merges_are_shared_in_fractions_however_the_ways_meet(connection: duckdb.DuckDBPyConnection) -> None:
    links = [(1, 0), (2, 0), (3, 1), (3, 2), (3, 9), (4, 3), (4, 9)]
    third = pytest.approx(1 / 3)
    assert lineage(connection, links, {node: node for node in range(1, 5)}) == {
        (1, 0, 0): 1.0,
        (2, 0, 0): 1.0,
        (3, 1, 0): third,
        (3, 2, 0): third,
        (3, 9, 9): third,
        (4, 3, 0): third,
        (4, 3, 9): pytest.approx(1 / 6),
        (4, 9, 9): pytest.approx(0.5),
    }


def test_the_same_links_give_the_same_bits(connection: duckdb.DuckDBPyConnection) -> None:
    links = [(child, child * 7 % 9) for child in range(9, 30)] + [(child, child * 5 % 8) for child in range(9, 30)]
    once = lineage(connection, sorted(set(links)), {})
    assert once == lineage(connection, sorted(set(links), reverse=True), {})
