"""The simulated world as a folder: repositories, rankings, a catalogue, the Hub's models, and the truth about them.

    world/
    ├── ecosystems.toml          its catalogue, marked as simulated
    ├── git/OWNER/NAME.git       bare repositories, served by file://
    ├── rankings/ranking-daily.csv.gz
    ├── truth.json               what is true of it
    └── world.json               seed, scale, now, and each day's heads; written last

Data flows from here to the pipeline over file:// and loopback only. `write` makes it, `World.open` finds it again.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipelines.errors import ConfigurationError
from pipelines.sandbox import truth
from pipelines.sandbox.cast import PROJECTS, Frame, RepositoryPlan
from pipelines.sandbox.catalogue import catalogue_text
from pipelines.sandbox.git.history import Commit, Planner
from pipelines.sandbox.git.writer import main_line, move_head, write_repository
from pipelines.sandbox.github.world import truth as github_truth
from pipelines.sandbox.github.world.facts import GitHubWorld
from pipelines.sandbox.github.world.life import GitHubLife, live
from pipelines.sandbox.huggingface import truth as hub_truth
from pipelines.sandbox.huggingface.days import hub_id, hub_on
from pipelines.sandbox.huggingface.families import Model, plan_models
from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.huggingface.spaces import Space, plan_spaces, spaces_on
from pipelines.sandbox.huggingface.talk import Discussion, plan_talk, shown
from pipelines.sandbox.loopback import loopback_environment
from pipelines.sandbox.openrouter.usage import Tokens, of_tokens, plan_tokens
from pipelines.sandbox.packages.market import Looked, Package, looked_up, of_packages, plan_packages
from pipelines.sandbox.people import populate
from pipelines.sandbox.rankings.counters import Counter, counters, write_rankings
from pipelines.sandbox.times import last_days

HUB_DAYS = 4  # month ends, and now: enough for a curve of downloads
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class World:
    """A world that was written to `folder`.

    Attributes:
        folder: where it lies.
        frame: seed, scale and time.
        heads: by repository and day, the commit that its main branch ended in; None: it had none yet.
    """

    folder: Path
    frame: Frame
    heads: Mapping[str, Mapping[str, str | None]]

    @classmethod
    def open(cls, folder: Path) -> World:
        """The world in the folder; ConfigurationError if there is none, or only half of one."""
        path = folder / "world.json"
        try:
            found = json.loads(path.read_text())
        except FileNotFoundError:
            raise ConfigurationError(f"{path} is missing: there is no whole simulated world in {folder}.") from None
        frame = Frame(found["seed"], found["scale"], datetime.fromisoformat(found["now"]))
        return cls(folder.resolve(), frame, found["heads"])

    @property
    def days(self) -> tuple[date, ...]:
        """The days to run on, in order; the last is now's."""
        return last_days(self.frame.now, HUB_DAYS)

    @property
    def has_github(self) -> bool:
        """It has a GitHub."""
        return True

    @property
    def has_openrouter(self) -> bool:
        """It has an OpenRouter."""
        return True

    def listings_on(self, day: date) -> None:
        """Whatever is asked for on a day is known: nothing is recorded, all is simulated."""

    @cached_property
    def truth(self) -> dict[str, Any]:
        """truth.json."""
        found: dict[str, Any] = json.loads((self.folder / "truth.json").read_text())
        return found

    @cached_property
    def models(self) -> list[Model]:
        """The plan of the Hub."""
        return plan_models(self.frame)

    @cached_property
    def talk(self) -> list[Discussion]:
        """The plan of what is said on the Hub."""
        return plan_talk(self.frame, self.models)

    @cached_property
    def spaces(self) -> list[Space]:
        """The plan of its Spaces."""
        return plan_spaces(self.frame, self.models)

    @cached_property
    def tokens(self) -> Tokens:
        """The plan of its OpenRouter."""
        return plan_tokens(self.frame, self.models)

    def hub_for(self, day: date) -> HubModels:
        """The Hub at the end of that day, to be served by a HubServer; what is said there, at the moment of a run."""
        there = {model.name: (model.name_on(day), hub_id(model)) for model in self.models if model.exists_on(day)}
        return replace(
            hub_on(self.models, day),
            spaces=spaces_on(self.spaces, day, {name: now for name, (now, _) in there.items()}),
            discussions=shown(self.talk, there, self.at(day)),
        )

    def openrouter_for(self, day: date) -> Tokens:
        """Its OpenRouter at the end of that day, to be served by an OpenRouterServer."""
        return {told: models for told, models in self.tokens.items() if told <= day}

    @cached_property
    def packages(self) -> list[Package]:
        """The plan of its packages."""
        return plan_packages(self.frame)

    def packages_for(self, day: date) -> Looked:
        """What its packages service tells at the end of that day, to be served by a PackagesServer."""
        return looked_up(self.packages, day)

    @cached_property
    def github(self) -> GitHubLife:
        """What happens on its GitHub."""
        return live(self.frame, populate(self.frame.seed, self.frame.scale), self.folder / "git")

    def github_for(self, day: date) -> GitHubWorld:
        """Its GitHub at the moment of a run on that day, to be served by a GitHubServer."""
        return self.github.world.at(self.at(day))

    def at(self, day: date) -> datetime:
        """The moment of a run on that day: its last second, or now."""
        end = datetime.combine(day, time(23, 59, 59), UTC)
        return min(end, self.frame.now)

    def move_to(self, day: date) -> None:
        """Show repositories and rankings as they were on one of the `days`: what came later is not there yet."""
        for name, heads in self.heads.items():
            move_head(self.folder / "git" / f"{name}.git", heads[str(day)])
        write_rankings(self.folder / "rankings" / "ranking-daily.csv.gz", self._counters, day)

    @cached_property
    def _counters(self) -> list[Counter]:
        return list(counters(self.frame, self.github.open_issues()))

    def environment(
        self,
        endpoint: str,
        day: date | None = None,
        github: str | None = None,
        openrouter: str | None = None,
        packages: str | None = None,
    ) -> dict[str, str]:
        """The settings for a run on that day (now, if None), with its servers at those addresses.

        Without an address of its GitHub, its OpenRouter or its packages, no run asks for them.
        """
        moment = self.frame.now if day is None else self.at(day)
        return {
            **loopback_environment(endpoint, github, openrouter, packages),
            "ECOTONE_CATALOGUE": str(self.folder / "ecosystems.toml"),
            "ECOTONE_GIT_URL": f"file://{quote(str(self.folder / 'git'))}/{{owner}}/{{name}}.git",
            "ECOTONE_RANKINGS": str(self.folder / "rankings" / "ranking-daily.csv.gz"),
            "ECOTONE_NOW": moment.isoformat(),
        }


def write(
    folder: Path,
    *,
    seed: int = 1,
    scale: float = 1.0,
    now: datetime | None = None,
    progress: Progress = lambda _done, _total, _text: None,
) -> World:
    """Simulate a world and write it to the folder; the one that is there, if it is the same.

    Args:
        folder: where to; another world in it is replaced, anything else is refused with a ConfigurationError.
        seed: of all chances.
        scale: 1.0 is about 12,000 commits and 1,000 models.
        now: when the world ends, aware; by default the start of the present hour.
        progress: called with (repositories written, of how many, name).
    """
    moment = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    frame = Frame(seed, scale, moment if now else moment.replace(minute=0, second=0))
    if (folder / "world.json").exists():
        there = World.open(folder)
        if there.frame == frame:
            return there
    _clear(folder)
    folder = folder.resolve()
    (folder / "ecosystems.toml").write_text(catalogue_text(frame))
    people = populate(seed, scale)
    planners = {
        plan: Planner(frame, plan, project.ecosystem, people) for project in PROJECTS for plan in project.repositories
    }
    histories, heads = _write_repositories(folder, frame, planners, progress)
    life = live(frame, people, folder / "git")
    rows = list(counters(frame, life.open_issues()))
    write_rankings(folder / "rankings" / "ranking-daily.csv.gz", rows, frame.now.date())
    models = plan_models(frame)
    days = last_days(frame.now, HUB_DAYS)
    names = {str(day): {model.name: model.name_on(day) for model in models if model.exists_on(day)} for day in days}
    found = {
        "entities": {entity: truth.of_commits(some, frame) for entity, some in truth.entities(histories).items()},
        "rates": {p.name: truth.of_rates(one.contributors, frame) for p, one in planners.items() if p.commits},
        "growth": {p.name: {"forks": p.fork_growth, "stars": p.star_growth} for p in planners if p.commits},
        "people": truth.of_people(people),
        "github": github_truth.of_github(life, frame, histories, people),
        "hub": truth.of_hub(models, days),
        "talk": hub_truth.of_talk(plan_talk(frame, models), frame.now),
        "spaces": hub_truth.of_spaces(plan_spaces(frame, models), days, names),
        "tokens": of_tokens(plan_tokens(frame, models)),
        "packages": of_packages(plan_packages(frame), days),
    }
    (folder / "truth.json").write_text(json.dumps(found, indent=1))
    whole = {"seed": seed, "scale": scale, "now": frame.now.isoformat(), "heads": heads}
    (folder / "world.json").write_text(json.dumps(whole, indent=1))
    world = World.open(folder)
    vars(world).update(github=life, _counters=rows)  # they have just been made
    return world


def write_one(path: Path, commits: int, *, now: datetime, seed: int = 1) -> int:
    """Write one bare repository with files and about that many commits, for benchmarks; returns how many it has."""
    plan = RepositoryPlan("lowmere/large", commits, contributors=max(2, commits // 40))
    frame = Frame(seed, 1.0, now)
    people = populate(seed, scale=max(1.0, plan.contributors / 50))
    return len(write_repository(path, Planner(frame, plan, "aurora", people).commits()))


def _write_repositories(
    folder: Path, frame: Frame, planners: Mapping[RepositoryPlan, Planner], progress: Progress
) -> tuple[dict[str, list[Commit]], dict[str, dict[str, str | None]]]:
    """Plan and write all repositories; returns their commits and their heads by day, by name."""
    histories: dict[str, list[Commit]] = {}
    heads: dict[str, dict[str, str | None]] = {}
    with ThreadPoolExecutor(max_workers=2) as pool:  # git writes one while the next is planned
        written = []
        for plan, planner in planners.items():
            histories[plan.name] = planner.commits()
            written.append(pool.submit(_repository, folder, plan, frame, histories[plan.name]))
        for done, (plan, future) in enumerate(zip(planners, written, strict=True), 1):
            heads[plan.name] = future.result()
            progress(done, len(planners), plan.name)
    return histories, heads


def _repository(folder: Path, plan: RepositoryPlan, frame: Frame, commits: list[Commit]) -> dict[str, str | None]:
    """Write one repository; returns its head on each of the days."""
    ids = write_repository(folder / "git" / f"{plan.name}.git", commits)
    main = [(commits[at].committed_at, ids[at]) for at in main_line(commits)]
    found: dict[str, str | None] = {}
    for day in last_days(frame.now, HUB_DAYS):
        end = datetime.combine(day, time(), UTC) + timedelta(days=1)
        found[str(day)] = next((sha for moment, sha in reversed(main) if moment < end), None)
    return found


def _clear(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        known = {"ecosystems.toml", "git", "rankings", "truth.json", "world.json"}
        if strange := sorted({path.name for path in folder.iterdir()} - known):
            raise ConfigurationError(
                f"{folder} holds {', '.join(strange)}, which is no simulated world: name another folder."
            )
        (folder / "world.json").unlink(missing_ok=True)  # first: half a world is none
        for name in known:
            path = folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
