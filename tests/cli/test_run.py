"""`ecotone run`: what it says, its exit codes, that a part that fails stops nothing, that tokens stay unseen."""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
import pytest
from small_world import SECRETS, World, call

from pipelines.errors import WarehouseError
from pipelines.warehouse import Warehouse

ESCAPE = "\x1b"


def test_a_part_that_fails_is_named_and_the_rest_is_published(world: World) -> None:
    assert world.first.code == 3
    assert "Failed: git_commits of github:broken/code: " in world.first.err
    assert re.search(r"^git_commits +8 +1 +1 +1 +1$", world.first.out, re.MULTILINE)
    assert re.search(r"^huggingface_models +2 +1 +0 +0 +0$", world.first.out, re.MULTILINE)
    with duckdb.connect(str(world.home / "ecotone.duckdb"), read_only=True) as published:
        assert published.execute("SELECT count(*) FROM staging.commit").fetchone() == (8,)


def test_what_is_skipped_is_told_once_with_what_it_would_add(world: World) -> None:
    told = [line for line in world.first.out.splitlines() if line.startswith("Skipped: repository_counters")]
    assert len(told) == 1
    assert "of 4 subjects: stars and forks" in told[0]
    assert "set ECOTONE_RANKINGS" in told[0]


def test_it_ends_with_where_to_look_next(world: World) -> None:
    look, ask, watch = world.first.out.splitlines()[-3:]
    page = Path(look.removeprefix("Look:  file://"))
    assert page == world.home / "site" / "index.html"
    assert page.exists()
    query = ask.partition('"')[2].rstrip('"')
    assert world.call("sql", query).out.splitlines()[1:] == ["One,3"]
    assert watch == "Watch: ecotone dev"


def test_where_nobody_looks_there_is_no_progress(world: World) -> None:
    assert ESCAPE not in world.first.out + world.first.err
    assert all(line.startswith("Failed: ") for line in world.first.err.splitlines())


def test_tokens_are_in_no_output_and_in_no_file(world: World) -> None:
    said = [world.first] + [world.call(*command) for command in (["doctor"], ["status"], ["--help"])]
    for secret in SECRETS.values():
        assert not any(secret in one.out + one.err for one in said)
        found = [path for path in world.home.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
        assert found == []


def test_run_again_it_adds_nothing(own: World) -> None:
    before = state(own.home / "ecotone.duckdb")
    manifest = (own.home / "lake" / "manifest.jsonl").read_bytes()
    said = own.run()
    assert said.code == 3
    assert re.search(r"^git_commits +0 +0 +2 +1 +1$", said.out, re.MULTILINE)
    assert "Nothing new: " in said.out
    assert state(own.home / "ecotone.duckdb") == before
    assert (own.home / "lake" / "manifest.jsonl").read_bytes() == manifest


def test_a_project_alone_is_judged_alone(own: World) -> None:
    said = own.run("--project", "sound", "--no-publish")
    assert said.code == 0
    assert said.err == ""
    assert re.search(r"^git_commits +0 +0 +2 +0 +0$", said.out, re.MULTILINE)
    assert "Not published, as you asked" in said.out


def test_a_source_alone_is_fetched_alone(own: World) -> None:
    said = own.run("--source", "huggingface_models", "--no-publish", ECOTONE_NOW="2026-08-23T12:00:00+00:00")
    assert said.code == 0
    # both models are as they were the day before: one row says so
    assert re.search(r"^huggingface_models +1 +1 +0 +0 +0$", said.out, re.MULTILINE)
    assert "git_commits" not in said.out
    assert "batches came since: `ecotone run` publishes" in own.call("status").out.replace("1 batch ", "1 batches ")


@pytest.mark.parametrize(("option", "known"), [("--project", "sound, broken"), ("--source", "git_commits")])
def test_an_unknown_name_is_refused_with_the_known_ones(world: World, option: str, known: str) -> None:
    said = world.call("run", option, "nothing")
    assert said.code == 2
    assert "'nothing'" in said.err
    assert known in said.err


@pytest.mark.slow
def test_a_publication_that_fails_is_exit_code_1_and_leaves_the_old_one(
    own: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_warehouse: Warehouse, table: str) -> None:
        raise WarehouseError(f"{table} could not be built: no space left on the device")

    monkeypatch.setattr(Warehouse, "build", full)
    before = state(own.home / "ecotone.duckdb")
    said = own.run("--source", "huggingface_models", ECOTONE_NOW="2026-08-23T12:00:00+00:00")
    assert said.code == 1
    assert "Failed: fact.commit: WarehouseError: fact.commit could not be built: no space left" in said.err
    assert "Nothing was published: what was there before stays." in said.err
    assert "There is still " in said.out
    assert state(own.home / "ecotone.duckdb") == before


def state(path: Path) -> tuple[int, int, int]:
    """What changes when a file is written or replaced; reading it changes none of it."""
    told = path.stat()
    return told.st_ino, told.st_mtime_ns, told.st_size


def test_a_home_named_by_the_option_wins_over_the_environment(tmp_path: Path) -> None:
    said = call("status", "--home", str(tmp_path / "named"), ECOTONE_HOME=str(tmp_path / "other"))
    assert said.out.splitlines()[0] == f"Installation  {tmp_path / 'named'}"


def test_the_lock_of_a_run_is_gone_when_it_ends(world: World) -> None:
    assert list((world.home / "runs").iterdir()) == []
    assert json.loads((world.home / "lake" / "format.json").read_text())["format"] == 1


def test_a_template_with_another_placeholder_is_refused_before_anything_is_fetched(tmp_path: Path) -> None:
    said = call("run", "--home", str(tmp_path / "home"), ECOTONE_GIT_URL="https://example.org/{fullname}")
    assert said.code == 2
    assert "ECOTONE_GIT_URL is not a template" in said.err
    assert "{full_name}" in said.err
    assert not (tmp_path / "home" / "lake").exists()
