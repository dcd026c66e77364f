"""Ingestion from a recording: what it does not hold is not asked for, and what it holds in part is never complete."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from github_house import House, no_waiting

from pipelines.errors import ConfigurationError
from pipelines.ingestion.outcomes import Outcome
from pipelines.sandbox.github.server.server import GitHubServer
from pipelines.sandbox.github.world.facts import GitHubWorld
from pipelines.sandbox.github.world.generated import generated

NAMES = ("lowmere/mill", "lowmere/weir", "lowmere/pond")
NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)
UNTIL = datetime(2026, 2, 1, tzinfo=UTC)


def run(folder: Path, known: Mapping[str, Any], *streams: str) -> tuple[dict[str, list[Outcome]], House]:
    world = GitHubWorld.of(
        [generated(name, issues=150, stars=120, id=2_100_000_000 + n) for n, name in enumerate(NAMES)]
    )
    path = folder / "known.json"
    path.write_text(json.dumps(known))
    with no_waiting(), GitHubServer(world) as server:
        house = House(folder, server, NAMES, NOW)
        return house.run(*streams, ECOTONE_RECORDED=str(path)), house


def listing(until: datetime = UNTIL, lacks: str | None = None) -> dict[str, Any]:
    return {"until": until.isoformat(), "lacks": lacks}


def test_what_is_not_in_it_is_not_asked_for_and_what_is_counts_up_to_its_day(tmp_path: Path) -> None:
    later = UNTIL + timedelta(days=9)
    known = {
        "github/issues": {"github:lowmere/mill": listing(), "github:lowmere/weir": listing(later)},
        "github/stargazers": {},
    }
    outcomes, house = run(tmp_path, known, "issues", "stargazers", "releases")
    assert {one.subject: (one.status, one.rows) for one in outcomes["issues"]} == {
        "github:lowmere/mill": ("ok", 150),
        "github:lowmere/weir": ("ok", 150),
    }
    assert outcomes["stargazers"] == []
    assert len(outcomes["releases"]) == 3  # of that stream it says nothing
    asked = [entry.subject for entry in house.lake.manifest.entries() if entry.stream == "stargazers"]
    assert asked == []
    newest = house.lake.manifest.last_complete("github", "issues", "github:lowmere/weir")
    assert newest is not None
    assert newest.fetched_at == later
    assert (newest.state or {})["observed_until"] == later.isoformat()


def test_what_is_recorded_in_part_is_never_complete_until_it_is_whole(tmp_path: Path) -> None:
    part = {"github/issues": {"github:lowmere/mill": listing(lacks="issues.jsonl:17: the line is not JSON")}}
    for rows in (150, 0):  # the second time nothing is new, and it still lacks something
        outcomes, house = run(tmp_path, part, "issues")
        (one,) = outcomes["issues"]
        assert (one.status, one.rows, one.reason) == ("incomplete", rows, "issues.jsonl:17: the line is not JSON")
        assert house.lake.last_complete("github", "issues", "github:lowmere/mill") is None
    assert {entry.complete for entry in house.lake.manifest.entries()} == {False}
    whole = {"github/issues": {"github:lowmere/mill": listing()}}
    for _ in range(2):
        outcomes, house = run(tmp_path, whole, "issues")
        assert [one.status for one in outcomes["issues"]] == ["unchanged"]
        newest = house.lake.last_complete("github", "issues", "github:lowmere/mill")
        assert newest is not None
        assert (newest.reason, "lacks" in (newest.state or {})) == (None, False)
    assert len(house.rows("issues")) == 150


@pytest.mark.parametrize("text", ["", "[]", '{"github/issues": {"github:a/b": {"until": null, "lacks": null}}}'])
def test_a_file_that_cannot_be_read_stops_the_run_and_says_what_to_do(tmp_path: Path, text: str) -> None:
    path = tmp_path / "known.json"
    path.write_text(text)
    with no_waiting(), GitHubServer(GitHubWorld.of([])) as server, pytest.raises(ConfigurationError) as raised:
        House(tmp_path, server).run("issues", ECOTONE_RECORDED=str(path))
    assert f"ECOTONE_RECORDED={path} cannot be read" in str(raised.value)
    assert "`ecotone replay` writes it: run it again, or unset the variable." in str(raised.value)
