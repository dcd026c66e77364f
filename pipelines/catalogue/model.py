"""The values a catalogue is made of. They are plain and frozen: read once, then handed to every later room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

REGIONS = {"china": "China", "us": "US", "eu": "EU", "other": "Other", "unknown": "Unknown"}
"""Region slug → label. `unknown` is kept and shown, never guessed."""

LAYERS = {
    "model": "Models",
    "framework": "Frameworks",
    "inference": "Inference",
    "agent": "Agents",
    "application": "Applications",
}
"""Layer slug → label."""


@dataclass(frozen=True)
class Name:
    """A GitHub name in the half-open period [valid_from, valid_until); None is unbounded."""

    name: str
    valid_from: date | None = None
    valid_until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the name was in use on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day < self.valid_until
        )

    def overlaps(self, other: Name) -> bool:
        """Whether both periods share a day; adjacent ones do not."""
        starts_late = self.valid_from and other.valid_until and self.valid_from >= other.valid_until
        ends_early = self.valid_until and other.valid_from and self.valid_until <= other.valid_from
        return not (starts_late or ends_early)

    def period(self) -> str:
        """The period in words, for messages."""
        words = []
        if self.valid_from:
            words.append(f"from {self.valid_from}")
        if self.valid_until:
            words.append(f"until {self.valid_until}")
        return " ".join(words) or "at all times"


@dataclass(frozen=True)
class Repository:
    """A GitHub repository under all the names it has had.

    Attributes:
        id: the slug in its entity id: the name as first catalogued, which stays when the name changes.
        name: the name it has now, `owner/name`.
        names: the current name first, then the former ones, newest first.
        fork_of: `owner/name` of the repository that it was forked from, catalogued or not; None: of none.
    """

    id: str
    name: str
    names: tuple[Name, ...]
    packages: tuple[str, ...] = ()
    fork_of: str | None = None

    @property
    def subject(self) -> str:
        """`github:owner/name`, with the current name."""
        return f"github:{self.name}"

    @property
    def entity_id(self) -> str:
        """`repository:owner/name`, with the name as first catalogued."""
        return f"repository:{self.id}"


@dataclass(frozen=True)
class Selector:
    """A publisher of models, or those of its models whose name matches a pattern of `*` and `?` (None: all of them)."""

    organization: str
    pattern: str | None = None

    def matches(self, model: str) -> bool:
        """Whether `organization/model` is meant; case-insensitive, like the publishers' own names."""
        organization, _, name = model.lower().partition("/")
        return organization == self.organization.lower() and (
            self.pattern is None or fnmatchcase(name, self.pattern.lower())
        )

    def overlaps(self, other: Selector) -> bool:
        """Whether some model name is provably selected by both: one is all of it, or one pattern matches the other."""
        if self.organization.lower() != other.organization.lower():
            return False
        if self.pattern is None or other.pattern is None:
            return True
        # No model name holds a wildcard, so only a wildcard can have matched it: any letter in its place proves it.
        one, two = self.pattern.lower(), other.pattern.lower()
        return fnmatchcase(one, two) or fnmatchcase(two, one)

    def __str__(self) -> str:
        return self.organization if self.pattern is None else f"{self.organization}/{self.pattern}"


@dataclass(frozen=True)
class HubSelector(Selector):
    """An organisation of the Hub, or some of its models."""

    @property
    def subject(self) -> str:
        """`hf-org:organization`: the Hub is listed by organisation, whatever the pattern."""
        return f"hf-org:{self.organization}"


@dataclass(frozen=True)
class OpenRouterSelector(Selector):
    """An author on OpenRouter, or some of its models: the two halves of a slug there, `author/model`."""


@dataclass(frozen=True)
class Project:
    """What belongs together: a partition of the pipeline, and one line in every comparison.

    Attributes:
        slug: its id, `project:<slug>`; stays when the label changes.
        label: what people call it.
        ecosystem: slug of its ecosystem.
        region: one of `REGIONS`.
        layer: one of `LAYERS`.
        repositories: on GitHub, in the order of the file.
        hub: on the Hugging Face Hub, in the order of the file.
        openrouter: on OpenRouter, in the order of the file.
        packages: package URLs that correct what a look-up by repository finds: `pkg:…` adds, `!pkg:…` leaves out.
        valid_from: first day that it counts for its entities; None: always.
        valid_to: first day that it no longer counts; None: still.
    """

    slug: str
    label: str
    ecosystem: str
    region: str
    layer: str
    repositories: tuple[Repository, ...] = ()
    hub: tuple[HubSelector, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    openrouter: tuple[OpenRouterSelector, ...] = ()
    packages: tuple[str, ...] = ()

    @property
    def all_packages(self) -> tuple[str, ...]:
        """Its own `packages` and those of its repositories, each once."""
        own = (*self.packages, *(purl for repository in self.repositories for purl in repository.packages))
        return tuple(dict.fromkeys(own))

    @property
    def entity_id(self) -> str:
        """`project:<slug>`."""
        return f"project:{self.slug}"

    @property
    def organizations(self) -> tuple[str, ...]:
        """Its Hub organisations, each once, in the order of the file."""
        return tuple(dict.fromkeys(selector.organization for selector in self.hub))

    def repository(self, subject: str) -> Repository:
        """The repository with that subject; KeyError if it has none."""
        for repository in self.repositories:
            if repository.subject == subject:
                return repository
        raise KeyError(subject)


@dataclass(frozen=True)
class Entity:
    """A thing that metrics are computed for: a row of `catalogue.entity`."""

    entity_id: str
    kind: str
    label: str
    parent: str | None
