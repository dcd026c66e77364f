"""ecosystems.toml as text becomes projects and ecosystems, or a list of mistakes. Called by the catalogue only."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.catalogue import names, packages, regions, selectors
from pipelines.catalogue.lines import Path as Place
from pipelines.catalogue.lines import locate
from pipelines.catalogue.model import LAYERS, REGIONS, HubSelector, OpenRouterSelector, Project
from pipelines.catalogue.problems import Key, Problems
from pipelines.errors import CatalogueError

TOP = {
    "simulated": Key(bool),
    "regions": Key(dict),
    "people": Key(dict),
    "ecosystem": Key(list),
    "project": Key(list),
}
ECOSYSTEM = {"id": Key(str, required=True), "label": Key(str, required=True)}
PROJECT = {
    "id": Key(str),
    "label": Key(str, required=True),
    "ecosystem": Key(str, required=True),
    "region": Key(str, required=True),
    "layer": Key(str, required=True),
    "repositories": Key(list),
    "huggingface": Key(list),
    "openrouter": Key(list),
    "packages": Key(list),
    "from": Key(date),
    "until": Key(date),
}
WATCHED = ("repositories", "huggingface", "openrouter")
_SLUG = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_TOML_LINE = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)")


@dataclass(frozen=True)
class Parts:
    """What a catalogue is put together from."""

    projects: tuple[Project, ...]
    ecosystems: Mapping[str, str]
    organization_regions: Mapping[str, str]
    domains: frozenset[str]
    simulated: bool
    conflicts: tuple[str, ...]
    regions_bytes: bytes | None


@dataclass
class _Seen:
    """What has been read so far, with its place, to find what stands there twice."""

    slugs: dict[str, Place] = field(default_factory=dict)
    uses: list[names.Use] = field(default_factory=list)
    hub: list[selectors.Use] = field(default_factory=list)
    openrouter: list[selectors.Use] = field(default_factory=list)


def read(text: str, *, file: str, folder: Path, regions_bytes: bytes | None = None) -> Parts:
    """Read and validate a catalogue; CatalogueError with all mistakes of it."""
    text = text.removeprefix("\ufeff")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _invalid(error, text, file) from None
    problems = Problems(file, locate(text))
    top = problems.table((), data, TOP, "the catalogue")
    ecosystems = _ecosystems(top.get("ecosystem", []), problems)
    domains = _domains(top.get("people", {}), problems)
    seen = _Seen()
    projects = []
    for number, value in enumerate(top.get("project", [])):
        project = _project(("project", number), value, ecosystems, seen, problems)
        if project:
            projects.append(project)
    if "project" not in data or data["project"] == []:
        problems.add((), 'there is no project: add a [[project]] with label = "…", ecosystem, region and layer.')
    names.check(seen.uses, problems)
    selectors.check(seen.hub, problems)
    selectors.check(seen.openrouter, problems)
    table = regions.read(top.get("regions"), folder, problems, regions_bytes)
    problems.raise_if_any()
    region_of = {project.slug: project.region for project in projects}
    own = [(use.selector.organization, region_of[use.project], problems.line(use.place)) for use in seen.hub]
    merged, conflicts = regions.merge(table, own, file)
    return Parts(
        projects=tuple(projects),
        ecosystems=ecosystems,
        organization_regions=merged,
        domains=domains,
        simulated=top.get("simulated", False),
        conflicts=conflicts,
        regions_bytes=table.content,
    )


def slug_of(label: str) -> str:
    """The id that a label gives: lower case, a hyphen for what is neither letter nor digit; may be empty."""
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")


def _invalid(error: tomllib.TOMLDecodeError, text: str, file: str) -> CatalogueError:
    """What `tomllib` says, with the line in front instead of at the end."""
    message = str(error)
    match = _TOML_LINE.search(message)
    line = int(match["line"]) if match and match["line"] else text.rstrip().count("\n") + 1
    what = _TOML_LINE.sub("", message)
    return CatalogueError(f"this is not valid TOML: {what}. Texts stand in quotes, lists in [ ].", file=file, line=line)


def _ecosystems(values: list[Any], problems: Problems) -> dict[str, str]:
    found: dict[str, str] = {}
    places: dict[str, Place] = {}
    for number, value in enumerate(values):
        place = ("ecosystem", number)
        entry = problems.table(place, value, ECOSYSTEM, "an ecosystem")
        slug = entry.get("id")
        if slug is None or not _check_slug((*place, "id"), slug, "", problems):
            continue
        if slug in found:
            line = problems.line(places[slug])
            problems.add((*place, "id"), f"ecosystem {slug!r} stands in line {line}, too: remove one, or rename it.")
            continue
        found[slug] = entry.get("label", slug)
        places[slug] = place
    return found


def _domains(value: Mapping[str, Any], problems: Problems) -> frozenset[str]:
    found = set()
    entry = problems.table(("people",), value, {"domains": Key(list)}, "[people]")
    for number, item in enumerate(entry.get("domains", [])):
        if isinstance(item, str) and _DOMAIN.fullmatch(item.lower()):
            found.add(item.lower())
        else:
            problems.add(("people", "domains", number), f'{item!r} is not an e-mail domain: write "example.com".')
    return frozenset(found)


def _project(
    place: Place,
    value: Any,  # noqa: ANN401
    ecosystems: Mapping[str, str],
    seen: _Seen,
    problems: Problems,
) -> Project | None:
    before = len(problems.found)
    entry = problems.table(place, value, PROJECT, "a project")
    slug = entry.get("id", slug_of(entry.get("label", "")))
    if "label" in entry and _check_slug((*place, "id"), slug, entry["label"], problems):
        _check_unique(place, slug, seen, problems)
    if "ecosystem" in entry and not ecosystems and not before:
        problems.add((*place, "ecosystem"), f'there is no [[ecosystem]] yet: add one with id = "{entry["ecosystem"]}".')
    elif "ecosystem" in entry:
        problems.choice((*place, "ecosystem"), entry["ecosystem"], ecosystems, "ecosystem")
    for key, allowed in (("region", REGIONS), ("layer", LAYERS)):
        if key in entry:
            problems.choice((*place, key), entry[key], allowed, key)
    start, end = entry.get("from"), entry.get("until")
    if start and end and start >= end:
        problems.add((*place, "until"), f"the project ends on {end}, not after it began on {start}: correct a date.")
    if len(problems.found) == before and not any(entry.get(key) for key in WATCHED):
        problems.add(place, f"project {slug!r} has nothing to watch: add repositories = […] or huggingface = […].")
    uses = [
        names.repository((*place, "repositories", number), item, slug, problems)
        for number, item in enumerate(entry.get("repositories", []))
    ]
    seen.uses += [use for group in uses for use in group]
    hub = [
        selectors.read(selectors.HUB, (*place, "huggingface", number), item, slug, problems)
        for number, item in enumerate(entry.get("huggingface", []))
    ]
    openrouter = [
        selectors.read(selectors.OPENROUTER, (*place, "openrouter", number), item, slug, problems)
        for number, item in enumerate(entry.get("openrouter", []))
    ]
    listed = packages.read((*place, "packages"), entry.get("packages", []), problems)
    seen.hub += [use for use in hub if use]
    seen.openrouter += [use for use in openrouter if use]
    if len(problems.found) > before:
        return None
    return Project(
        slug=slug,
        label=entry["label"],
        ecosystem=entry["ecosystem"],
        region=entry["region"],
        layer=entry["layer"],
        repositories=tuple(group[0].repository for group in uses if group),
        hub=tuple(HubSelector(*use.parts) for use in hub if use),
        openrouter=tuple(OpenRouterSelector(*use.parts) for use in openrouter if use),
        packages=listed,
        valid_from=start,
        valid_to=end,
    )


def _check_slug(place: Place, slug: str, label: str, problems: Problems) -> bool:
    if _SLUG.fullmatch(slug):
        return True
    meant = slug_of(slug) or "short-name"
    what = (
        f"the label {label!r} gives no id" if not slug else f"the id {slug!r} is not small letters, digits and hyphens"
    )
    problems.add(place, f'{what}: write id = "{meant}".')
    return False


def _check_unique(place: Place, slug: str, seen: _Seen, problems: Problems) -> None:
    other = seen.slugs.setdefault(slug, place)
    if other != place:
        at = (*place, "id") if (*place, "id") in problems.lines else (*place, "label")
        problems.add(
            at, f"project {slug!r} stands in line {problems.line(other)}, too: remove one, or give it another id."
        )
