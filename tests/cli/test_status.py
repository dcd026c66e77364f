"""`ecotone status` and `ecotone doctor`: what there is and what is wrong with it; neither changes anything."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from small_world import NOW, World, call

from pipelines.cli.checkup import setup
from pipelines.orchestration.runs import LOCK_TAG, open_instance
from pipelines.settings import Settings


def contents(home: Path) -> dict[str, int]:
    return {
        str(path): path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file() and "dagster" not in path.parts
    }


def line(text: str, what: str) -> str:
    return next(one for one in text.splitlines() if one[6:].startswith(what))


def test_status_tells_publication_lake_runs_and_freshness(world: World) -> None:
    before = contents(world.home)
    said = world.call("status")
    assert said.code == 0
    assert f"Installation  {world.home}" in said.out
    assert "as of 2026-08-22 12:00 UTC" in said.out
    assert re.search(r"Lake +31 batches in 31 files, 13 rows", said.out)
    assert re.search(r"Runs +none in progress", said.out)
    moment = r"2026-08-22 12:00"
    assert re.search(rf"^git_commits +4 +2 +2 +{moment} +{moment} +1 +1 +0$", said.out, re.MULTILINE)
    assert re.search(r"^repository_counters +4 +0 +0 +0 +4 +0$", said.out, re.MULTILINE)
    assert contents(world.home) == before


def test_status_names_what_fails_and_why(world: World) -> None:
    said = world.call("status")
    assert "git_commits of github:broken/code: failed 2026-08-22 12:00: " in said.out
    assert "there is no such repository" in said.out


def test_freshness_is_reckoned_from_the_clock(world: World) -> None:
    said = world.call("status", ECOTONE_NOW="2026-08-25T00:00:00+00:00")
    assert re.search(r"^git_commits +4 +2 +0 ", said.out, re.MULTILINE)


def test_status_of_a_home_that_is_not_there_makes_none(tmp_path: Path) -> None:
    said = call("status", ECOTONE_HOME=str(tmp_path / "home"))
    assert said.code == 0
    assert "nothing is there yet: `ecotone run` makes it" in said.out
    assert not (tmp_path / "home").exists()


def test_status_tells_a_run_that_was_killed_from_a_living_one(own: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in own.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DAGSTER_HOME", "")
    with open_instance(Settings.from_environment()) as instance:
        instance.create_run_for_job(job_def=job(), tags={LOCK_TAG: "command-of-a-process-that-was-killed"})
    said = own.call("status")
    assert "was killed; the next run marks it as failed" in said.out
    checked = own.call("doctor")
    assert line(checked.out, "runs").startswith("warn  runs")
    assert (
        "Marked 1 run of a process that was killed as failed." in own.run("--source", "git_commits", "--no-publish").out
    )
    assert line(own.call("doctor").out, "runs").startswith("ok    runs")


def job():  # noqa: ANN201 - Dagster's own type is long and says nothing here
    from dagster import job as of_dagster  # noqa: PLC0415
    from dagster import op  # noqa: PLC0415

    @op
    def nothing() -> None: ...

    @of_dagster
    def killed() -> None:
        nothing()

    return killed


def test_doctor_finds_a_whole_installation_well(world: World) -> None:
    before = contents(world.home)
    said = world.call("doctor")
    assert said.code == 0
    assert "0 failures, 1 warning." in said.out  # the clock of the tests is set
    assert "2 projects of 2 ecosystems, 4 repositories, 1 Hub organisation" in line(said.out, "catalogue")
    assert "10 files whole" in line(said.out, "lake")
    assert line(said.out, "HF_TOKEN").split() == ["ok", "HF_TOKEN", "set"]
    assert contents(world.home) == before


@pytest.mark.parametrize(
    ("given", "level", "said"),
    [
        ({}, "ok", "not set: tokens used on OpenRouter are not read"),
        ({"ECOTONE_OPENROUTER_FILE": "/nowhere/tokens.csv"}, "fail", "/nowhere/tokens.csv is not there"),
        (
            {"OPENROUTER_API_KEY": "sk-planted", "ECOTONE_OPENROUTER_URL": "nowhere"},
            "fail",
            "nowhere is not an address",
        ),
        ({"OPENROUTER_API_KEY": "sk-planted"}, "ok", "set, for https://openrouter.ai (the default)"),
    ],
)
def test_doctor_tells_how_openrouter_is_read(given: dict[str, str], level: str, said: str, tmp_path: Path) -> None:
    settings = Settings.from_environment({"ECOTONE_HOME": str(tmp_path), **given})
    found = [one for one in setup.findings(settings) if "OPENROUTER" in one.what]
    assert [(one.level, one.text) for one in found] == [(level, said)]
    assert "sk-planted" not in repr(settings)


def test_doctor_finds_a_damaged_batch(own: World) -> None:
    batch = next(own.home.glob("lake/git/commits/*/*.parquet"))
    batch.write_bytes(batch.read_bytes()[:-1] + b"!")
    said = own.call("doctor")
    assert said.code == 1
    assert line(said.out, "lake").startswith("fail  lake")
    assert str(batch.relative_to(own.home / "lake")) in line(said.out, "lake")
    assert "Restore them from your backup." in said.out


def test_doctor_finds_a_missing_or_open_key(own: World) -> None:
    (own.home / "key").chmod(0o644)
    assert line(own.call("doctor").out, "key").startswith("warn  key")
    (own.home / "key").unlink()
    said = own.call("doctor")
    assert said.code == 1
    assert line(said.out, "key").startswith("fail  key")


def test_doctor_finds_a_publication_that_is_damaged_or_can_be_written_to(own: World) -> None:
    published = own.home / "ecotone.duckdb"
    published.chmod(0o644)
    assert "it can be written to" in own.call("doctor").out
    published.write_bytes(b"damaged" * 9999)
    said = own.call("doctor")
    assert said.code == 1
    assert "cannot be read" in line(said.out, "publication")
    assert "`ecotone rebuild`" in said.out


@pytest.mark.parametrize(
    ("variable", "value", "level", "message"),
    [
        ("ECOTONE_GIT_URL", "https://git.example/{name", "fail", "is not a template"),
        ("ECOTONE_GIT_URL", "https://git.example/all.git", "fail", "is the same for every repository"),
        ("ECOTONE_GIT_URL", "https://me:hunter2@git.example/{full_name}", "warn", "https://…@git.example/"),
        ("HF_ENDPOINT", "huggingface.co", "fail", "is not an address"),
        ("ECOTONE_RANKINGS", "/nowhere.csv", "fail", "is not there"),
        ("ECOTONE_RANKINGS", "clone", "ok", "250 MB"),
    ],
)
def test_doctor_checks_each_setting(world: World, variable: str, value: str, level: str, message: str) -> None:
    said = world.call("doctor", **{variable: value})
    assert said.code == (1 if level == "fail" else 0)
    assert line(said.out, variable).startswith(level)
    assert message in line(said.out, variable)
    assert "hunter2" not in said.out


def test_doctor_shows_a_wrong_catalogue_and_a_wrong_clock(world: World, tmp_path: Path) -> None:
    said = world.call("doctor", ECOTONE_CATALOGUE=str(tmp_path / "none.toml"))
    assert said.code == 1
    assert line(said.out, "catalogue").startswith("fail")
    said = world.call("doctor", ECOTONE_NOW="noon")
    assert said.code == 1
    assert "ECOTONE_NOW='noon' is not a time" in said.out


def test_doctor_without_git_says_how_to_get_it(world: World) -> None:
    said = world.call("doctor", PATH="/nowhere")
    assert said.code == 1
    assert line(said.out, "git").startswith("fail")
    assert "apt install git" in said.out


def test_doctor_says_what_an_empty_machine_will_do(tmp_path: Path) -> None:
    home = tmp_path / "home"
    said = call("doctor", ECOTONE_HOME=str(home), ECOTONE_NOW=NOW)
    assert said.code == 0
    assert "is not there yet: the first run makes it" in line(said.out, "home")
    assert not home.exists()


def test_doctor_online_asks_one_repository_and_one_organisation(world: World) -> None:
    from pipelines.sandbox.huggingface.models import HubModels  # noqa: PLC0415
    from pipelines.sandbox.huggingface.server import HubServer  # noqa: PLC0415

    with HubServer(HubModels([])) as hub:
        said = world.call("doctor", "--online", HF_ENDPOINT=hub.endpoint)
        assert len(hub.requests) == 1
    assert said.code == 0
    assert "answers" in line(said.out, "git online")
    assert "answers: 0 models" in line(said.out, "Hub online")
    gone = world.call("doctor", "--online", ECOTONE_GIT_URL=f"{os.devnull}/{{full_name}}", HF_ENDPOINT=hub.endpoint)
    assert line(gone.out, "git online").startswith("fail")


@pytest.mark.parametrize(
    ("given", "level", "said"),
    [
        ({}, "ok", "https://packages.ecosyste.ms (the default)"),
        ({"ECOTONE_PACKAGES_URL": "off"}, "ok", "off: package downloads and dependents are not read"),
        ({"ECOTONE_PACKAGES_URL": "nowhere"}, "fail", "nowhere is not an address"),
        ({"ECOTONE_PACKAGES_FILE": "/nowhere/look-ups"}, "fail", "/nowhere/look-ups is not there"),
    ],
)
def test_doctor_tells_how_packages_are_read(given: dict[str, str], level: str, said: str, tmp_path: Path) -> None:
    settings = Settings.from_environment({"ECOTONE_HOME": str(tmp_path), **given})
    found = [one for one in setup.findings(settings) if "PACKAGES" in one.what]
    assert [(one.level, one.text) for one in found] == [(level, said)]
