"""`ecotone run` over copies of histories: what is old is known up to its newest commit, what is stuck stops nobody."""

from __future__ import annotations

import subprocess
from pathlib import Path

import duckdb
import pytest
from gitmaker import Maker
from small_world import NOW, call

from pipelines.sandbox.git.server import GitFault, GitServer
from pipelines.sources.git.process import Limits

CATALOGUE = """
[[ecosystem]]
id = "one"
label = "One"
[[project]]
label = "Stale"
ecosystem = "one"
region = "us"
layer = "model"
repositories = ["stale/code"]
[[project]]
label = "Fresh"
ecosystem = "one"
region = "us"
layer = "agent"
repositories = ["fresh/code"]
"""
NEWEST = 1_742_000_000  # 2025-03-15, 17 months before NOW
DAY = 86_400


def ran(folder: Path, git_url: str) -> dict[str, list[tuple[str, int | None, bool]]]:
    """Contributors by month of each repository, after a run over these histories."""
    (folder / "ecosystems.toml").write_text(CATALOGUE)
    call(
        "run",
        "--source",
        "git_commits",
        ECOTONE_HOME=str(folder / "home"),
        ECOTONE_CATALOGUE=str(folder / "ecosystems.toml"),
        ECOTONE_GIT_URL=git_url,
        ECOTONE_NOW=NOW,
        NO_PROXY="127.0.0.1",
    )
    with duckdb.connect(str(folder / "home" / "ecotone.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "SELECT entity_id, strftime(period, '%Y-%m'), value::INTEGER, complete FROM metrics.contributors "
            "WHERE entity_id LIKE 'repository:%' ORDER BY ALL"
        ).fetchall()
    by_entity: dict[str, list[tuple[str, int | None, bool]]] = {}
    for entity, *rest in found:
        by_entity.setdefault(entity.removeprefix("repository:"), []).append(tuple(rest))
    return by_entity


def test_a_bundle_of_long_ago_says_nothing_of_the_months_since(tmp_path: Path) -> None:
    for owner, newest in (("stale", NEWEST), ("fresh", NEWEST + 520 * DAY)):
        maker = Maker(tmp_path / f"{owner}+code.git")
        for number in range(6):
            maker.commit(email=f"{number % 2}@acme.io", at=newest - (5 - number) * 10 * DAY)
        maker.git("bundle", "create", "--quiet", str(tmp_path / f"{owner}+code.bundle"), "main")
    found = ran(tmp_path, f"file://{tmp_path}/{{owner}}+{{name}}.bundle")
    stale = {period: (value, complete) for period, value, complete in found["stale/code"]}
    assert stale["2025-02"] == (2, True)
    assert stale["2025-03"][1] is False
    assert all(value is None for period, (value, _complete) in stale.items() if period > "2025-03")
    assert max(period for period, value, _ in found["fresh/code"] if value) >= "2026-07"


def test_a_server_that_says_nothing_costs_its_repository_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.sources.git.commits.Limits", lambda total: Limits(probe=2, stall=2, total=total))
    for owner in ("stale", "fresh"):
        (tmp_path / "served" / owner).mkdir(parents=True)
        Maker(tmp_path / "served" / owner / "code.git").commit(at=NEWEST)
    with GitServer(tmp_path / "served", faults=[GitFault("silent", "stale/code")]) as server:
        found = ran(tmp_path, server.endpoint + "/{full_name}.git")
    assert set(found) == {"fresh/code"}
    lines = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert f"{server.endpoint}/stale" not in lines
