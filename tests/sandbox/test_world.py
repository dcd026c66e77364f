"""The simulated world is what its truth says, counted anew from the repositories, rankings and answers it gives."""

from __future__ import annotations

import csv
import gzip
import json
import math
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest

from pipelines.catalogue import Catalogue
from pipelines.errors import ConfigurationError
from pipelines.sandbox.cast import PROJECTS
from pipelines.sandbox.huggingface.models import Query
from pipelines.sandbox.huggingface.server import HubServer
from pipelines.sandbox.times import ZONES, last_days, month_after
from pipelines.sandbox.truth import absence_factor, effective, key_of
from pipelines.sandbox.world import World, write, write_one
from pipelines.settings import Settings
from pipelines.sources import Request
from pipelines.sources.huggingface.models import SOURCE

NOW = datetime(2026, 3, 17, 9, 30, tzinfo=UTC)
MACHINES = ("[bot]@", "noreply@", "Copilot@")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    yield write(tmp_path_factory.mktemp("a {world}") / "its folder", seed=5, scale=0.12, now=NOW)
    huggingface_hub.close_session()


def git(path: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "--git-dir", path, *arguments], capture_output=True, check=True, text=True)
    return done.stdout.rstrip("\n")


def repositories(world: World) -> list[tuple[str, Path]]:
    return [(plan.name, world.folder / "git" / f"{plan.name}.git") for one in PROJECTS for plan in one.repositories]


def log(path: Path) -> list[dict[str, Any]]:
    text = git(path, "log", "--format=%an%x09%ae%x09%at%x09%ad%x09%P%x09%(trailers:key=Co-authored-by,valueonly,separator=%x2C)", "--date=raw", "main")  # fmt: skip  # noqa: E501
    keys = ("name", "email", "at", "date", "parents", "co_authors")
    return [dict(zip(keys, line.split("\t"), strict=True)) for line in text.splitlines()]


def test_every_planned_commit_is_reachable_and_the_empty_repository_is_empty(world: World) -> None:
    for name, path in repositories(world):
        told = world.truth["entities"][f"repository:{name}"]
        if name == "fenholt/weights":
            assert told["commits"] == 0
            assert git(path, "for-each-ref") == ""
            continue
        assert int(git(path, "rev-list", "--count", "main")) == told["commits"] > 20
        assert int(git(path, "rev-list", "--count", "--merges", "main")) == told["merges"]


def test_the_truth_equals_a_count_over_git_log(world: World) -> None:
    for name, path in repositories(world):
        told = world.truth["entities"][f"repository:{name}"]
        people: dict[str, set[str]] = defaultdict(set)
        window: Counter[str] = Counter()
        for row in log(path) if told["commits"] else []:
            moment = datetime.fromtimestamp(int(row["at"]), UTC)
            if moment.year < 2005 or moment > NOW or any(mark in row["email"] for mark in MACHINES):
                continue
            people[f"{moment:%Y-%m}-01"].add(key_of(row["email"]))
            if " " not in row["parents"] and moment.date() >= date(2025, 4, 1):
                window[key_of(row["email"])] += 1
        assert {m: len(some) for m, some in people.items()} == {
            month: one["contributors"]["keys"] for month, one in told["months"].items() if one["contributors"]["keys"]
        }
        trailing = told["trailing"]["2026-03-01"]
        assert trailing["commits"] == window.total()
        assert trailing["absence_factor"]["keys"] == absence_factor(window.values())
        assert trailing["effective_contributors"]["keys"] == effective(window.values())


def test_agents_are_named_by_their_real_addresses(world: World) -> None:
    found: Counter[str] = Counter()
    for name, path in repositories(world):
        if world.truth["entities"][f"repository:{name}"]["commits"]:
            for row in log(path):
                found.update(line.partition("<")[2].rstrip(">") for line in row["co_authors"].split(",") if line)
                found[row["email"]] += "Copilot@" in row["email"]
    told: Counter[str] = Counter()
    for entity, one in world.truth["entities"].items():
        if entity.startswith("repository:"):
            for month in one["months"].values():
                told.update(month["agents"])
    assert found["noreply@anthropic.com"] == told["claude"] > 0
    assert found["cursoragent@cursor.com"] == told["cursor"] > 0
    copilot = found["175728472+Copilot@users.noreply.github.com"] + found["198982749+Copilot@users.noreply.github.com"]
    assert copilot == told["copilot"] > 0


def test_it_has_what_real_histories_have(world: World) -> None:
    paths = dict(repositories(world))
    years = {datetime.fromtimestamp(int(row["at"]), UTC).year for row in log(paths["elderquay/pilot"])}
    assert {1970, 2100} <= years
    assert world.truth["entities"]["repository:elderquay/pilot"]["strange"] == 2
    assert "Jürgen Øster" in {row["name"] for row in log(paths["dunmarrow/studio"])}
    three = [one for one in world.truth["people"] if len(one["emails"]) == 3]
    assert len(three) == 1
    used = {row["email"] for row in log(paths["aurora-lab/aurora"])}
    assert set(three[0]["emails"]) <= used


def test_people_write_at_their_own_offset_daylight_saving_included(world: World) -> None:
    zones = {email: one["zone"] for one in world.truth["people"] for email in one["emails"]}
    shifted = 0
    for name, path in repositories(world):
        if not world.truth["entities"][f"repository:{name}"]["commits"]:
            continue
        for row in log(path):
            zone = ZONES[zones.get(row["email"], "utc")]
            moment = datetime.fromtimestamp(int(row["at"]), UTC)
            minutes = 0 if moment.year in {1970, 2100} else zone.offset(moment)
            shifted += minutes != zone.standard
            assert (
                row["date"].split()[1] == f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
            )
    assert shifted > 20


def test_a_whole_grain_has_the_people_of_its_parts_once(world: World) -> None:
    told = world.truth["entities"]
    month = "2026-02-01"
    parts = sum(told[f"project:{one}"]["months"][month]["contributors"]["people"] for one in ("aurora", "lantern"))
    whole = told["ecosystem:aurora"]["months"][month]["contributors"]["people"]
    assert 0 < whole <= parts
    assert {"region:china", "region:unknown", "layer:agent"} <= set(told)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_world_and_another_another(world: World, tmp_path: Path) -> None:
    again = write(tmp_path / "again", seed=5, scale=0.12, now=NOW)
    assert again.heads == world.heads
    assert again.truth == world.truth
    other = write(tmp_path / "again", seed=6, scale=0.05, now=NOW)
    assert other.heads != world.heads


def test_it_is_found_again_and_never_takes_a_folder_that_is_not_its_own(world: World, tmp_path: Path) -> None:
    before = (world.folder / "world.json").stat().st_mtime_ns
    assert write(world.folder, seed=5, scale=0.12, now=NOW) == world
    assert (world.folder / "world.json").stat().st_mtime_ns == before
    with pytest.raises(ConfigurationError, match="no whole simulated world"):
        World.open(tmp_path)
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(ConfigurationError, match=r"thesis\.txt"):
        write(tmp_path, scale=0.05)


def test_its_catalogue_is_valid_simulated_and_names_every_repository(world: World) -> None:
    catalogue = Catalogue.load(world.folder / "ecosystems.toml")
    assert catalogue.simulated
    assert len(catalogue.projects) == 12
    assert {repository.name for one in catalogue.projects for repository in one.repositories} == {
        name for name, _ in repositories(world)
    }
    quay = catalogue.project("quay").repositories[0]
    assert quay.names[1].name == "elderquay-labs/quayside"
    assert {one.region for one in catalogue.projects} == {"china", "us", "eu", "other", "unknown"}


def test_rankings_grow_as_told_across_the_rename(world: World) -> None:
    with gzip.open(world.folder / "rankings" / "ranking-daily.csv.gz", "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["d", "fn", "item", "stars", "forks", "issues", "last_commit"]
    forks: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        forks[row["fn"]][row["d"]] = max(int(row["forks"]), forks[row["fn"]].get(row["d"], 0))
    old, new = forks.pop("elderquay-labs/quayside"), forks["elderquay/quay"]
    assert max(old) < "2025-06-01" <= min(new)
    forks["elderquay/quay"] = old | new
    for name, rates in world.truth["growth"].items():
        days = sorted(forks[name])
        months = (date.fromisoformat(days[-1]) - date.fromisoformat(days[0])).days / (365.25 / 12)
        grown = math.log(forks[name][days[-1]] / forks[name][days[0]]) / months
        assert grown == pytest.approx(rates["forks"], abs=0.012)
    assert any(count == 2 for count in Counter((row["fn"], row["d"]) for row in rows).values())


def test_repositories_are_served_as_partial_clones_and_as_of_earlier_days(world: World, tmp_path: Path) -> None:
    settings = Settings.from_environment(world.environment("http://127.0.0.1:1"))
    url = settings.git_url_of("aurora-lab/aurora")
    world.move_to(world.days[0])
    clone = ["git", "clone", "--quiet", "--bare", "--filter=tree:0", url, str(tmp_path / "clone")]
    done = subprocess.run(clone, capture_output=True, check=True, text=True)
    assert done.stderr == ""
    early = log(tmp_path / "clone")
    assert max(int(row["at"]) for row in early) < datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    world.move_to(world.days[-1])
    git(tmp_path / "clone", "fetch", "--quiet", "origin", "main:main")
    assert (
        len(log(tmp_path / "clone")) == world.truth["entities"]["repository:aurora-lab/aurora"]["commits"] > len(early)
    )


def test_each_day_has_its_environment(world: World) -> None:
    days = ("2025-12-31", "2026-01-31", "2026-02-28", "2026-03-17")
    assert world.days == tuple(map(date.fromisoformat, days))
    first = Settings.from_environment(world.environment("http://127.0.0.1:1", world.days[0]))
    assert first.now() == datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert Settings.from_environment(world.environment("http://127.0.0.1:1", world.days[-1])).now() == NOW


def fetch(world: World, day: date) -> dict[str, dict[str, Any]]:
    catalogue = Catalogue.load(world.folder / "ecosystems.toml")
    rows: dict[str, dict[str, Any]] = {}
    with HubServer(world.hub_for(day)) as hub:
        settings = Settings.from_environment(world.environment(hub.endpoint, day))
        for project in catalogue.projects:
            for subject in SOURCE.subjects(project):
                batches = list(SOURCE.fetch(Request(subject, project, settings, settings.now())))
                assert batches[-1].complete
                rows |= {row["name"]: row for batch in batches for row in batch.table.to_pylist()}
    return rows


def test_the_source_finds_the_hub_as_the_truth_has_it(world: World) -> None:
    told = world.truth["hub"]
    rows = fetch(world, world.days[-1])
    unfollowed = rows.pop("cinderfell/kiln-classifier")
    assert unfollowed["children_models"] == 1
    assert len(rows) == told["days"]["2026-03-17"]["models"]
    assert sum(row["downloads"] for row in rows.values()) == told["days"]["2026-03-17"]["downloads"]
    for name, bases in told["bases"].items():
        named = {base["id"]: base["relation"] for base in rows[name]["base_models"]}
        assert set(bases) <= set(named)
        assert set(named) - set(bases) <= {"aurora-lab/Aurora-0-8B"}
        assert set(named.values()) == {told["relations"][name]}
    assert all(sum(shares.values()) == pytest.approx(1.0) for shares in told["roots"].values())
    assert told["roots"]["egret-of-farholm/half-forgotten"] == {
        "aurora-lab/Aurora-0-8B": 0.5,
        "aurora-lab/Aurora-1-8B": 0.5,
    }
    assert "teal-of-lowmere/is-chased" in told["bases"]
    assert "teal-of-lowmere/is-chased" not in told["roots"]


def test_the_hub_changes_from_day_to_day(world: World) -> None:
    early, late = fetch(world, world.days[0]), fetch(world, world.days[-1])
    assert early["brackenwater/Bracken-2-8B"]["hub_id"] == late["brackenwater/Bracken-2.1-8B"]["hub_id"]
    assert "brackenwater/Bracken-2-8B" not in late
    assert len({name for name in early if name not in late and not name.startswith("brackenwater/")}) == 1
    before, after = (one["dunmarrow/Dunmarrow-1-3B"]["downloads_all_time"] for one in (early, late))
    assert after < before * 1.02
    assert late["aurora-lab/Aurora-1-8B"]["downloads_all_time"] > early["aurora-lab/Aurora-1-8B"]["downloads_all_time"]
    hub = world.hub_for(world.days[-1])
    assert hub.renamed == {"brackenwater/Bracken-2-8B": "brackenwater/Bracken-2.1-8B"}
    assert hub.page(Query(search="Bracken-2-8B-Instruct"))[0]


def test_daylight_saving_changes_on_the_right_sundays() -> None:
    berlin, boston, shanghai = ZONES["central-europe"], ZONES["us-east"], ZONES["china"]
    assert [berlin.offset(datetime(2026, 3, 29, hour, 59, tzinfo=UTC)) for hour in (0, 1)] == [60, 120]
    assert [berlin.offset(datetime(2026, 10, 25, hour, tzinfo=UTC)) for hour in (0, 1)] == [120, 60]
    assert [boston.offset(datetime(2026, 3, 8, hour, tzinfo=UTC)) for hour in (6, 7)] == [-300, -240]
    assert [boston.offset(datetime(2026, 11, 1, hour, tzinfo=UTC)) for hour in (5, 6)] == [-240, -300]
    assert shanghai.offset(datetime(2026, 7, 1, tzinfo=UTC)) == 480


def test_months_step_over_years() -> None:
    assert month_after(date(2026, 12, 31)) == date(2027, 1, 1)
    assert month_after(date(2026, 1, 15), -1) == date(2025, 12, 1)
    assert last_days(datetime(2026, 1, 31, tzinfo=UTC), 3) == (
        date(2025, 11, 30),
        date(2025, 12, 31),
        date(2026, 1, 31),
    )


def test_the_absence_factor_of_the_standards_example_is_two() -> None:
    assert absence_factor([1000, 433, 343, 332, 202, 90, 42, 33]) == 2
    assert absence_factor([]) is None
    assert effective([1, 1]) is None
    assert effective([2, 2]) == pytest.approx(3.0)


def test_one_large_repository_for_benchmarks(tmp_path: Path) -> None:
    count = write_one(tmp_path / "large.git", 600, now=NOW)
    assert int(git(tmp_path / "large.git", "rev-list", "--count", "main")) == count > 500
    assert git(tmp_path / "large.git", "ls-tree", "-r", "--name-only", "main").count("\n") == 24


def test_truth_is_plain_json(world: World) -> None:
    assert json.loads(json.dumps(world.truth)) == world.truth
