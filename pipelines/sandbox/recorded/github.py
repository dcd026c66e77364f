"""The folder github/ of a recording → a GitHub to serve, and what of which listing is in it.

    github/OWNER+NAME/   or   github/NAME/, where the catalogue has one repository of that name
        repository.json  issues.jsonl[.gz]  pull_requests.jsonl[.gz]  forks.jsonl[.gz]  …

Data passes from `reading` to the sandbox's server of GitHub, and to `Recording`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from pipelines.catalogue import Catalogue
from pipelines.errors import ConfigurationError
from pipelines.sandbox.github.world.facts import GitHubWorld, Repository
from pipelines.sandbox.recorded import records
from pipelines.sandbox.recorded.lines import named
from pipelines.sandbox.recorded.people import People
from pipelines.sandbox.recorded.problems import Problems
from pipelines.sandbox.recorded.reading import NOTE, Listing, Recorded, read, read_note, repository

SEPARATOR = "+"  # which no name on GitHub has
COUNTED = ("issues", "pull_requests", "forks", "stargazers", "releases", "discussions")
OTHERS = {"ranking-daily.csv.gz"}
SUBJECT = "github:"


@dataclass
class RecordedGitHub:
    """All repositories of a recording that the catalogue has.

    Attributes:
        world: what to serve.
        listings: by subject of the catalogue, then by stream: what is recorded.
        problems: what is wrong with the files.
        uncatalogued: folders of repositories that the catalogue does not have, which are not served.
        counts: by folder and stream, how many facts were read.
    """

    world: GitHubWorld
    listings: Mapping[str, Mapping[str, Listing]]
    problems: Problems
    uncatalogued: tuple[str, ...] = ()
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def until(self) -> datetime | None:
        """The last moment up to which anything is known."""
        moments = [one.until for found in self.listings.values() for one in found.values() if one.until]
        return max(moments, default=None)


def folders(folder: Path) -> list[Path]:
    """The folders of repositories in the folder of a recording."""
    there = folder / "github"
    return sorted(path for path in there.iterdir() if _holds_something(path)) if there.is_dir() else []


def _holds_something(path: Path) -> bool:
    return path.is_dir() and ((path / NOTE).is_file() or any(named(path, name) for name in records.LINES))


def recorded_github(folder: Path, catalogue: Catalogue, *, everything: bool = False) -> RecordedGitHub:
    """Read all of it; ConfigurationError if two folders are the same repository.

    Args:
        folder: of the recordings.
        catalogue: what repositories there are.
        everything: read those that are not catalogued as well, only to see what is wrong with them.
    """
    problems, people, uncatalogued = Problems(), People(), []
    counts: dict[str, Mapping[str, int]] = {}
    read_from: dict[str, Path] = {}
    repositories: list[Repository] = []
    listings: dict[str, Mapping[str, Listing]] = {}
    for path in folders(folder):
        shown = str(path.relative_to(folder))
        _tell_strange_files(path, folder, problems)
        name = _full_name(path, folder, catalogue, problems)
        subject = None if name is None else _subject(name, catalogue)
        if name is None or subject is None:
            uncatalogued += [] if name is None else [f"{shown} ({name})"]
            if everything:
                counts[shown] = _counted(read(path, name or path.name, folder, People(), problems))
            continue
        if subject in read_from:
            raise ConfigurationError(
                f"{path} and {read_from[subject]} are both of {subject.removeprefix(SUBJECT)}: join them, or remove one."
            )
        read_from[subject] = path
        found = read(path, subject.removeprefix(SUBJECT), folder, people, problems)
        repositories.append(repository(found, people))
        listings[subject] = _recorded_streams(found)
        counts[shown] = _counted(found)
    _tell_accounts(people, problems)
    accounts = tuple(people.profiles)
    world = replace(GitHubWorld.of(repositories, accounts=accounts), accounts_only=True)
    return RecordedGitHub(world, listings, problems, tuple(uncatalogued), counts)


def _counted(found: Recorded) -> dict[str, int]:
    return {name: len(facts) for name, facts in found.facts.items()}


def _recorded_streams(found: Recorded) -> dict[str, Listing]:
    """Streams that can be fetched, with what is to be said of them."""
    streams = dict(found.listings)
    for name, there in (("issues", found.note.has_issues), ("discussions", found.note.has_discussions)):
        if not there:
            streams.pop(name, None)
    moments = [one.until for one in streams.values() if one.until is not None]
    whole = all(name in streams and streams[name].lacks is None for name in COUNTED if _is_on(found, name))
    if found.note.id and found.note.created_at and found.note.watchers is not None and whole and moments:
        streams["repositories"] = Listing(min(moments), None)  # its counters are counted from the listings
    if "accounts" in streams and moments:
        streams["accounts"] = Listing(max(moments), streams["accounts"].lacks)
    return {name: one for name, one in streams.items() if one.until is not None}


def _is_on(found: Recorded, name: str) -> bool:
    return {"issues": found.note.has_issues, "discussions": found.note.has_discussions}.get(name, True)


def _full_name(path: Path, root: Path, catalogue: Catalogue, problems: Problems) -> str | None:
    """Whose folder it is: by its name, by repository.json, or as the only one of that name in the catalogue."""
    owner, separator, name = path.name.partition(SEPARATOR)
    if separator and owner and name:
        return f"{owner}/{name}"
    if stated := read_note(path, root, Problems()).full_name:
        return stated
    same = [one for one in _names(catalogue) if one.partition("/")[2].lower() == path.name.lower()]
    subjects = {_subject(one, catalogue) for one in same}
    if len(subjects) == 1:
        return same[0]
    several = f"the catalogue has {', '.join(same)}" if same else "the catalogue has no repository of that name"
    problems.add(
        str(path.relative_to(root)),
        f"whose repository it is cannot be told: {several}. It is not read",
        f"Call the folder OWNER{SEPARATOR}NAME, or state full_name in its {NOTE}.",
        loses=True,
    )
    return None


def _names(catalogue: Catalogue) -> Iterator[str]:
    for project in catalogue.projects:
        for one in project.repositories:
            yield from (name.name for name in one.names)


def _subject(full_name: str, catalogue: Catalogue) -> str | None:
    """The subject of the catalogue that has the name now, or once had it."""
    found = None
    for project in catalogue.projects:
        for one in project.repositories:
            names = [name.name.lower() for name in one.names]
            if names[0] == full_name.lower():
                return one.subject
            if full_name.lower() in names:
                found = one.subject
    return found


def _tell_strange_files(path: Path, root: Path, problems: Problems) -> None:
    known = {NOTE, *(file.name for name in records.LINES for file in named(path, name))}
    for strange in sorted(path.iterdir()):
        if strange.name not in known and not strange.name.startswith("."):
            problems.add(
                str(strange.relative_to(root)),
                "the file is none of the layout: it is not read",
                f"There are {NOTE} and, as .jsonl or .jsonl.gz, {', '.join(records.LINES)}.",
                loses=False,
            )


def _tell_accounts(people: People, problems: Problems) -> None:
    if both := people.told_twice():
        problems.add(
            "github",
            f"{len(both):,} accounts stand with a database id and without, the first is {both[0]}: they count as two",
            "Give all of them their ids, or list them in accounts.jsonl, which is read first.",
            loses=False,
        )


