"""The first hour is useful: with an hour's points, the last year of nearly all repositories is known, and rightly."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.first_hour import fetched, known_repositories, values
from pipelines.sandbox.github.server.server import GitHubServer
from pipelines.sandbox.github.world.facts import GitHubWorld
from pipelines.sandbox.github.world.first_hour import REPOSITORIES, first_hour

POINTS = 5_000  # docs: GitHub's rate limit of an hour


@pytest.mark.slow
def test_with_an_hours_points_the_last_year_of_nine_tenths_of_the_repositories_is_known(tmp_path: Path) -> None:
    """A sixth of the repositories, each a hundredth as large, in pages of one row: a point is worth what it is."""
    every = 6
    world = first_hour(100, every)
    names = [one.full_name for one in world]
    with GitHubServer(GitHubWorld.of(world)) as server:
        budget = POINTS * len(names) // REPOSITORIES
        spent = fetched(tmp_path / "hour", server, names, page=1, budget=budget)
        assert spent <= budget
        some = values(tmp_path / "hour", server, names)
        server.requests.clear()
        whole_points = fetched(tmp_path / "whole", server, names, page=1, budget=None)
        whole = values(tmp_path / "whole", server, names)
    share, wrong = known_repositories(some, whole)
    rows = sum(len(one.issues) + len(one.change_requests) + len(one.forks) for one in world)
    assert wrong == []
    assert share >= 0.9
    assert whole_points <= 1.1 * (rows + 5 * len(names))
