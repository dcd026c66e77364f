"""ecosystems.toml as text becomes projects and ecosystems, or a list of mistakes. Called by the catalogue only."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.catalogue_parts import names, regions
from pipelines.catalogue_parts.lines import Path as Place
from pipelines.catalogue_parts.lines import locate
from pipelines.catalogue_parts.model import LAYERS, REGIONS, HubSelector, Project
from pipelines.catalogue_parts.problems import Key, Problems
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
    "from": Key(date),
    "until": Key(date),
}
_SLUG = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_HUB = re.compile(r"(?P<organization>[A-Za-z0-9][A-Za-z0-9._-]*)(?:/(?P<pattern>[A-Za-z0-9._*?-]+))?")
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
    selectors: list[tuple[HubSelector, str, Place]] = field(default_factory=list)


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
    _check_selectors(seen.selectors, problems)
    table = regions.read(top.get("regions"), folder, problems, regions_bytes)
    problems.raise_if_any()
    region_of = {project.slug: project.region for project in projects}
    own = [(one.organization, region_of[slug], problems.line(place)) for one, slug, place in seen.selectors]
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
    if len(problems.found) == before and not entry.get("repositories") and not entry.get("huggingface"):
        problems.add(place, f"project {slug!r} has nothing to watch: add repositories = […] or huggingface = […].")
    uses = [
        names.repository((*place, "repositories", number), item, slug, problems)
        for number, item in enumerate(entry.get("repositories", []))
    ]
    seen.uses += [use for group in uses for use in group]
    selectors = [
        _selector((*place, "huggingface", number), item, slug, seen, problems)
        for number, item in enumerate(entry.get("huggingface", []))
    ]
    if len(problems.found) > before:
        return None
    return Project(
        slug=slug,
        label=entry["label"],
        ecosystem=entry["ecosystem"],
        region=entry["region"],
        layer=entry["layer"],
        repositories=tuple(group[0].repository for group in uses if group),
        hub=tuple(selector for selector in selectors if selector),
        valid_from=start,
        valid_to=end,
    )


def _selector(place: Place, value: Any, slug: str, seen: _Seen, problems: Problems) -> HubSelector | None:  # noqa: ANN401
    match = _HUB.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        text = str(value).removeprefix("https://huggingface.co/").strip("/")
        meant = text if _HUB.fullmatch(text) else "organisation"
        problems.add(
            place,
            f'{value!r} is not of the Hub: write "{meant}", or "organisation/name*" for those models of it.',
        )
        return None
    pattern = match["pattern"]
    selector = HubSelector(match["organization"], None if pattern is None or not pattern.strip("*") else pattern)
    seen.selectors.append((selector, slug, place))
    return selector


def _check_selectors(found: list[tuple[HubSelector, str, Place]], problems: Problems) -> None:
    """A model counts for one project: what two of them select provably twice is a mistake."""
    for (one, slug, place), (two, other, second) in itertools.combinations(found, 2):
        if one.overlaps(two):
            where = f"line {problems.line(place)}" + (f" (project {slug})" if slug != other else "")
            remedy = "Remove one" if slug == other else "Remove one, or write patterns that select different models"
            problems.add(second, f"{two} selects models that {one} in {where} selects, too. {remedy}.")


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
