"""`ecotone demo` and `ecotone replay`, from nothing to the pages; and what may interrupt them."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import time
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from gitmaker import Maker
from small_world import CATALOGUE, COMMAND, JUNE_2026, MODELS, call

from pipelines.cli.worlds.origin import Origin
from pipelines.sandbox.world import HUB_DAYS

DAYS = ("2026-08-20", "2026-08-21", "2026-08-22")


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle, a ranking and three days of a Hub, one model more each day."""
    folder = tmp_path_factory.mktemp("recordings")
    for name in ("git", "github", "huggingface"):
        (folder / name).mkdir()
    maker = Maker(folder / "code.git")
    for number in range(3):
        maker.commit(at=JUNE_2026 + number)
    maker.git("bundle", "create", "-q", str(folder / "git" / "sound+code.bundle"), "HEAD", "main")
    with gzip.open(folder / "github" / "ranking-daily.csv.gz", "wt") as file:
        file.write("d,fn,item,stars,forks,issues,last_commit\n2026-08-21,sound/code,top-100-stars,50,5,1,x\n")
    for number, day in enumerate(DAYS):
        rows = [*MODELS, *({**MODELS[0], "_id": f"{n:024x}", "id": f"sound/Later-{n}"} for n in range(7, 7 + number))]
        with gzip.open(folder / "huggingface" / f"{day}.models.jsonl.gz", "wt") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    (folder / "ecosystems.toml").write_text(CATALOGUE)
    return folder


@pytest.mark.slow
def test_recorded_days_are_played_in_order_and_gone_on_with(recordings: Path, tmp_path: Path) -> None:
    home = tmp_path / "recorded"
    environment = {
        "ECOTONE_CATALOGUE": str(recordings / "ecosystems.toml"),
        "HF_TOKEN": "hf_never_used",
        "ECOTONE_PACKAGES_URL": "",
    }
    said = call("replay", str(recordings), "--home", str(home), **environment)
    assert said.code == 0, said.err
    assert [line[:10] for line in said.out.splitlines() if line.startswith("2026-")] == list(DAYS)
    assert re.search(r"^git_commits +3 +1 +0 +3 +0$", said.out, re.MULTILINE)
    with duckdb.connect(str(home / "ecotone.duckdb"), read_only=True) as published:
        assert published.execute(
            "SELECT day::VARCHAR, count(*) FROM staging.model_snapshot GROUP BY day ORDER BY day"
        ).fetchall() == [(day, 2 + number) for number, day in enumerate(DAYS)]
        as_of = published.execute("SELECT as_of AT TIME ZONE 'UTC' FROM ops.publication").fetchone()
        assert as_of == (datetime(2026, 8, 22, 23, 59, 59),)  # noqa: DTZ001 - DuckDB's own
        assert published.execute("SELECT max(stars) FROM staging.repository_snapshot").fetchone() == (50,)
    again = call("replay", str(recordings), "--home", str(home), **environment)
    assert again.code == 0
    assert "2 days had been played before." in again.out
    assert "Nothing new: " in again.out
    # Whatever is done with it later reads the same recordings, clock included.
    ran = call("run", "--home", str(home), **environment)
    assert ran.code == 0, ran.err
    assert re.search(r"^git_commits +0 +0 +1 +3 +0$", ran.out, re.MULTILINE)
    assert "Nothing new: " in ran.out


@pytest.mark.slow
def test_a_replay_that_was_killed_goes_on_where_it_was(recordings: Path, tmp_path: Path) -> None:
    home = tmp_path / "recorded"
    environment = os.environ | {"ECOTONE_CATALOGUE": str(recordings / "ecosystems.toml")}
    command = [*COMMAND, "replay", str(recordings), "--home", str(home)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 60
        while time.monotonic() < until and not (home.exists() and (found := Origin.of(home)) and found.done):
            time.sleep(0.05)
        process.kill()
    done = Origin.of(home)
    assert done
    assert done.done in DAYS
    said = call("replay", str(recordings), "--home", str(home), ECOTONE_CATALOGUE=str(recordings / "ecosystems.toml"))
    assert said.code == 0, said.err
    assert "had been played before." in said.out
    assert call("status", "--home", str(home)).out.count("was killed") == 0
    with duckdb.connect(str(home / "ecotone.duckdb"), read_only=True) as published:
        assert published.execute("SELECT count(*) FROM staging.model_snapshot").fetchone() == (2 + 3 + 4,)


@pytest.mark.slow
def test_the_demo_shows_everything_and_starts_anew_when_run_again(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    for _ in range(2):
        said = call("demo", "--small", "--home", str(home), ECOTONE_NOW="2026-08-22T12:00:00+00:00")
        assert said.code == 0, said.err
        assert said.err == ""
        with duckdb.connect(str(home / "ecotone.duckdb"), read_only=True) as published:
            assert published.execute("SELECT simulated FROM ops.publication").fetchone() == (True,)
            assert published.execute("SELECT count(DISTINCT day) FROM staging.model_snapshot").fetchone() == (HUB_DAYS,)
        query = re.search(r'^Ask:   ecotone sql --home \S+ "(.*)"$', said.out, re.MULTILINE)
        assert query
        answer = call("sql", "--home", str(home), query[1]).out.splitlines()
        assert len(answer) > 3
        assert all(line.partition(",")[0] in said.out for line in answer)
        page = re.search(r"^Look:  file://(.*)$", said.out, re.MULTILINE)
        assert page
        assert "imulated" in Path(page[1]).read_text()
    assert call("rebuild", "--home", str(home)).code == 0
