"""The catalogue: ecosystems.toml becomes projects, names and entities; every later room is told what to do by it.

Data flows from one file that a user edits to one value. A mistake in the file is an error with its line; nothing runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.catalogue.model import (
    LAYERS,
    REGIONS,
    Entity,
    HubSelector,
    Name,
    OpenRouterSelector,
    Project,
    Repository,
)
from pipelines.catalogue.reader import read
from pipelines.errors import CatalogueError

__all__ = [
    "LAYERS",
    "REGIONS",
    "Catalogue",
    "Entity",
    "HubSelector",
    "Name",
    "OpenRouterSelector",
    "Project",
    "Repository",
]


@dataclass(frozen=True)
class Catalogue:
    """What ecosystems.toml says, validated.

    Attributes:
        projects: in the order of the file.
        ecosystems: slug → label, in the order of the file.
        organization_regions: Hub organisation → region, from the `[regions]` file; entries of its own win over it.
        domains: organisation e-mail domains that may be stored beside an e-mail's hash.
        simulated: True for a world that is made up; every page then says so.
        conflicts: where the `[regions]` file disagrees with an entry: one text each. Not errors.
        text: the file as it was read.
        regions_bytes: the `[regions]` file as it was read; None without one.
        sha256: of both.
    """

    projects: tuple[Project, ...]
    ecosystems: Mapping[str, str]
    organization_regions: Mapping[str, str] = field(default_factory=dict)
    domains: frozenset[str] = frozenset()
    simulated: bool = False
    conflicts: tuple[str, ...] = ()
    text: str = ""
    regions_bytes: bytes | None = None
    sha256: str = ""

    @classmethod
    def load(cls, path: Path) -> Catalogue:
        """Read a file; CatalogueError, with one line of text for each mistake, if it is not what it must be."""
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            raise CatalogueError(
                "there is no such file. Name the catalogue in ECOTONE_CATALOGUE, or put ecosystems.toml there.",
                file=str(path),
            ) from None
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise CatalogueError("this is not UTF-8 text. Save the file as UTF-8.", file=str(path), line=line) from None
        except OSError as error:
            raise CatalogueError(f"cannot be read: {error.strerror}.", file=str(path)) from error
        return cls.parse(text, file=str(path), folder=path.parent)

    @classmethod
    def parse(
        cls,
        text: str,
        file: str = "ecosystems.toml",
        folder: Path | None = None,
        regions_bytes: bytes | None = None,
    ) -> Catalogue:
        """Read a text; `file` is named in errors.

        The `[regions]` file is looked for in `folder`, unless its content is given.
        """
        parts = read(text, file=file, folder=folder or Path(), regions_bytes=regions_bytes)
        return cls(
            projects=parts.projects,
            ecosystems=parts.ecosystems,
            organization_regions=parts.organization_regions,
            domains=parts.domains,
            simulated=parts.simulated,
            conflicts=parts.conflicts,
            text=text,
            regions_bytes=parts.regions_bytes,
            sha256=hashlib.sha256(text.encode() + (parts.regions_bytes or b"")).hexdigest(),
        )

    def project(self, slug: str) -> Project:
        """The project with that slug; KeyError if there is none."""
        for project in self.projects:
            if project.slug == slug:
                return project
        raise KeyError(slug)

    def project_of_model(self, model: str) -> Project | None:
        """The project that selects `organization/model`: the first of the file, so that none counts twice."""
        for project in self.projects:
            if any(selector.matches(model) for selector in project.hub):
                return project
        return None

    def entities(self) -> list[Entity]:
        """Everything that metrics are computed for, coarse to fine; an ecosystem without a project is left out."""
        regions = {project.region for project in self.projects} | set(self.organization_regions.values())
        layers = {project.layer for project in self.projects}
        homes: dict[str, set[str]] = {}
        for project in self.projects:
            homes.setdefault(project.ecosystem, set()).add(project.region)
        entities = [
            Entity(f"region:{slug}", "region", label, None) for slug, label in REGIONS.items() if slug in regions
        ]
        entities += [Entity(f"layer:{slug}", "layer", label, None) for slug, label in LAYERS.items() if slug in layers]
        for slug, label in self.ecosystems.items():
            if slug in homes:
                parent = f"region:{next(iter(homes[slug]))}" if len(homes[slug]) == 1 else None
                entities.append(Entity(f"ecosystem:{slug}", "ecosystem", label, parent))
        for project in self.projects:
            entities.append(Entity(project.entity_id, "project", project.label, f"ecosystem:{project.ecosystem}"))
            entities += [
                Entity(repository.entity_id, "repository", repository.name, project.entity_id)
                for repository in project.repositories
            ]
        return entities
