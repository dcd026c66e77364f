"""Commits in the tables: what a later telling adds, what a fork has from its upstream, who a co-author is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from git_house import House

from pipelines.catalogue import Catalogue
from pipelines.sources.git import commits

FORKED = """
[[ecosystem]]
id = "one"
label = "One"
[[project]]
label = "A"
ecosystem = "one"
region = "us"
layer = "model"
repositories = ["o/a"]
[[project]]
label = "B"
ecosystem = "one"
region = "us"
layer = "model"
repositories = [{ name = "o/b", fork_of = "O/A" }, { name = "o/c", fork_of = "else/where" }]
"""
UPSTREAM = "SELECT sha FROM staging.commit WHERE repository_id = 'github:o/b' AND is_upstream ORDER BY sha"


def rows(*shas: str, **more: Any) -> list[dict[str, Any]]:
    return [{"sha": sha, **more} for sha in shas]


def test_a_later_telling_brings_what_an_earlier_one_lacked(installation: Any) -> None:
    installation.tell("commits", "o/a", rows("1", "2", author_key="account:1"))
    finding = {"kind": "phrase", "tool": "claude", "model": None}
    known = {"author_name_key": "name:x", "change_key": "c", "ai_findings": [finding], "author_placeholder": True}
    installation.tell("commits", "o/a", rows("1", author_key="account:1", listing=2, **known))
    assert installation.ask(
        "SELECT sha, author_id, author_name_key, change_key, ai_findings, author_placeholder, is_upstream "
        "FROM staging.commit"
    ) == [("1", "account:1", "name:x", "c", [finding], True, False)]
    assert installation.ask("SELECT sha, listing, ai_findings FROM fact.commit ORDER BY 1") == [
        ("1", 2, [finding]),
        ("2", 1, None),
    ]


def test_a_fork_has_the_commits_of_its_catalogued_upstream_from_there(make_installation: Any, tmp_path: Path) -> None:
    installation = make_installation(tmp_path, Catalogue.parse(FORKED))
    installation.tell("commits", "o/a", rows("1", "2", "9"))
    installation.tell("commits", "o/b", rows("1", "2", "3"))
    installation.tell("commits", "o/c", [*rows("1"), *rows("7", is_upstream=True), *rows("8", is_upstream=False)])
    assert installation.ask(UPSTREAM) == [("1",), ("2",)]
    assert installation.ask("SELECT * FROM fact.upstream_commit") == [
        ("github:o/b", "1", "github:o/a"),
        ("github:o/b", "2", "github:o/a"),
    ]
    by_mirror = "SELECT sha, is_upstream FROM staging.commit WHERE repository_id = 'github:o/c' ORDER BY 1"
    assert installation.ask(by_mirror) == [("1", False), ("7", True), ("8", False)]
    assert installation.ask(
        "SELECT count(*) FROM staging.commit WHERE repository_id = 'github:o/a' AND is_upstream"
    ) == [(0,)]


def test_what_github_calls_the_parent_counts_where_the_catalogue_says_nothing(installation: Any) -> None:
    installation.tell("commits", "o/a", rows("1"))
    installation.tell("commits", "o/b", rows("1", "2"))
    parent = {
        "database_id": 2,
        "full_name": "o/b",
        "stars": 1,
        "fork_count": 0,
        "is_fork": True,
        "parent_full_name": "o/a",
    }
    installation.tell("repositories", "o/b", [parent])
    assert installation.ask("SELECT repository_id, sha FROM fact.upstream_commit") == [("github:2", "1")]


def test_a_co_author_with_an_id_is_known_by_login_too(installation: Any) -> None:
    named = {"co_author_keys": ["account:128439645", "email:x"], "co_author_logins": ["sweep-ai[bot]", None]}
    installation.tell("commits", "o/a", rows("1", author_key="account:1", **named))
    assert installation.ask("SELECT kind, agent FROM staging.person WHERE person_id = 'account:128439645'") == [
        ("agent", "sweep")
    ]
    assert installation.ask("SELECT kind FROM staging.person WHERE person_id = 'email:x'") == [("human",)]


def test_notes_stand_beside_what_the_message_says_and_are_taken_back(installation: Any) -> None:
    phrase, note = ({"kind": kind, "tool": "claude", "model": None} for kind in ("phrase", "note"))
    installation.tell("commits", "o/a", [*rows("1", ai_findings=[phrase]), *rows("2", ai_findings=[])])
    installation.tell("ai_notes", "o/a", [{"sha": sha, "findings": [note], "listing": 1} for sha in ("1", "2")])
    told = "SELECT sha, ai_findings FROM staging.commit ORDER BY 1"
    assert installation.ask(told) == [("1", [phrase, note]), ("2", [note])]
    later = [{"sha": "", "findings": [], "listing": 2}, {"sha": "2", "findings": [note], "listing": 2}]
    installation.tell("ai_notes", "o/a", later)
    assert installation.ask(told) == [("1", [phrase]), ("2", [note])]


def test_the_newest_telling_of_a_mailmap_counts(installation: Any) -> None:
    def lines(listing: int, *pairs: tuple[str, str]) -> list[dict[str, Any]]:
        told = [{"commit_key": "", "person_key": "", "position": 0, "listing": listing}]
        return told + [
            {"commit_key": one, "person_key": other, "position": number, "listing": listing}
            for number, (one, other) in enumerate(pairs, 1)
        ]

    installation.tell(
        "mailmap", "o/a", lines(1, ("email:1", "email:2"), ("email:3", "email:4"), ("email:1", "email:5"))
    )
    told = "SELECT commit_key, person_key FROM fact.mailmap ORDER BY 1"
    assert installation.ask(told) == [("email:1", "email:5"), ("email:3", "email:4")]
    installation.tell("mailmap", "o/a", lines(2))
    assert installation.ask(told) == []


def until(installation: Any) -> Any:
    sql = "SELECT observed_until FROM ops.coverage WHERE stream = 'commits' AND subject_id = 'github:o/a'"
    return installation.ask(sql)[0][0]


def test_a_copy_is_covered_up_to_its_newest_commit_whatever_was_said_of_it_before(installation: Any, now: Any) -> None:
    day = timedelta(days=1)
    installation.tell("commits", "o/a", rows("1"), at=now - 9 * day, state={"head": "1", "listing": 1})
    assert until(installation) == now - 9 * day
    reach = now - 500 * day
    copied = {"head": "1", "listing": 2, "version": 2, "observed_until": reach.isoformat()}
    installation.tell("commits", "o/a", rows("1", listing=2), at=now - 2 * day, state=copied)
    assert until(installation) == reach
    installation.tell("commits", "o/a", [], at=now - day, state={"head": "1", "listing": 2, "version": 2})
    assert until(installation) == now - day


def test_a_force_push_takes_nothing_from_what_was_known_before(tmp_path: Path) -> None:
    house = House(tmp_path)
    maker = house.makers["a"]
    first = maker.commit(at=1_750_000_000)
    dropped = maker.commit(at=1_750_100_000, message="withdrawn")
    house.fetch()
    before = house.now
    house.now = before + timedelta(days=30)
    kept = maker.commit(at=1_750_200_000, parents=[first], message="instead")
    house.fetch()
    assert shas(house) == {first, kept}
    assert shas(house, until=before) == {first, dropped}


def shas(house: House, **changes: Any) -> set[str]:
    """The commits of o/a that HEAD reaches, as of a day."""
    warehouse = house.warehouse(f"{len(changes)}.duckdb", **changes)
    for table in warehouse.entities:
        warehouse.build(table)
    with duckdb.connect(str(warehouse.path), read_only=True) as connection:
        found = connection.execute("SELECT sha FROM staging.commit WHERE repository_id = 'github:o/a'").fetchall()
    return {sha for (sha,) in found}


def test_a_home_that_exists_is_told_anew_from_its_mirrors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(tmp_path)
    sha = house.makers["a"].commit(message="x\n\nGenerated-by: Cursor")
    monkeypatch.setattr(commits, "VERSION", 1)
    house.fetch()
    monkeypatch.setattr(commits, "VERSION", 2)
    house.now += timedelta(days=1)
    house.fetch()
    warehouse = house.warehouse()
    for table in warehouse.entities:
        warehouse.build(table)
    with duckdb.connect(str(warehouse.path), read_only=True) as connection:
        told = connection.execute("SELECT sha, listing, ai_findings[1].tool FROM fact.commit").fetchall()
    assert told == [(sha, 2, "cursor")]
