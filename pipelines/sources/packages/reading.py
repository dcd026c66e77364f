"""What the packages service says of one package, read into a row. Data flows from decoded JSON to a source's columns.

Everything in it comes from strangers: the wrong type is read as not told (None), text is capped, lists are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from pipelines.sources import untrusted
from pipelines.sources.changes import Shape
from pipelines.sources.columns import TIME, column

ADVISORIES = 500  # of one package; the most that was seen has some four hundred
IDENTIFIERS = 20  # of one advisory
SEVERITIES = {"low": "low", "moderate": "medium", "medium": "medium", "high": "high", "critical": "critical"}
_PURL = re.compile(r"pkg:[a-z][a-z0-9.+-]*/[^\s?#]{1,400}", re.IGNORECASE)
_VERSION = re.compile(r"(?<=[^/])@[^/]*$")  # not the @ of an npm scope

ADVISORY = pa.struct(
    [
        pa.field("advisory", pa.string()),
        pa.field("identifiers", pa.list_(pa.string())),
        pa.field("severity", pa.string()),
        pa.field("cvss", pa.float64()),
        pa.field("published_at", TIME),
        pa.field("withdrawn_at", TIME),
    ]
)
PROFILE = (
    column("purl", pa.string(), "package URL without a version; NULL where an earlier row holds"),
    column("ecosystem", pa.string(), "as the service calls it: pypi, npm, cargo …"),
    column("name", pa.string(), "the package's name there"),
    column("registry", pa.string(), "name of the registry"),
    column("repository_url", pa.string(), "where its source is, as the package says"),
    column("downloads_period", pa.string(), "what downloads count: last-month, total …; it differs by registry"),
    column("status", pa.string(), "deprecated, removed …; NULL: nothing of that kind is told"),
    column("first_release_at", TIME, "when its first version was published"),
    column("latest_release_at", TIME, "when its newest version was published"),
    column("advisories", pa.list_(ADVISORY), "security advisories; NULL where none were told of, be it none"),
)
COUNTS = (
    column("downloads", pa.int64(), "in downloads_period"),
    column("dependent_packages", pa.int64(), "packages that depend on it"),
    column("dependent_repositories", pa.int64(), "repositories that depend on it"),
    column("docker_dependents", pa.int64(), "Docker images that hold it"),
    column("docker_downloads", pa.int64(), "pulls of those images"),
    column("versions", pa.int64(), "versions published"),
)
OCCASION = (
    column("found_by", pa.string(), "repository: by its repository's address; purl: by the catalogue's"),
    column("day", pa.date32(), "UTC day of the snapshot", nullable=False),
)
SHAPE = Shape(PROFILE, COUNTS, OCCASION, key=lambda row: str(row["purl"]).lower(), name="purl")


def purl_of(package: Mapping[str, Any]) -> str | None:
    """The package URL without version, qualifiers and subpath; made of type and name where it is not told."""
    told = untrusted.text(package.get("purl"))
    if not told:
        registry = package.get("registry")
        kind = registry.get("purl_type") if isinstance(registry, dict) else None
        name = untrusted.text(package.get("name"))
        told = f"pkg:{untrusted.text(kind) or untrusted.text(package.get('ecosystem'))}/{name}" if name else None
    plain = _VERSION.sub("", re.split(r"[?#]", told)[0]) if told else ""
    return plain if _PURL.fullmatch(plain) else None


def record(package: Mapping[str, Any], found_by: str, day: date) -> dict[str, Any]:
    """A whole telling of a package that has a `purl_of`."""
    registry = package.get("registry")
    return {
        "purl": purl_of(package),
        "ecosystem": untrusted.text(package.get("ecosystem")),
        "name": untrusted.text(package.get("name")),
        "registry": untrusted.text(registry.get("name")) if isinstance(registry, dict) else None,
        "repository_url": untrusted.text(package.get("repository_url")),
        "downloads_period": untrusted.text(package.get("downloads_period")),
        "status": untrusted.text(package.get("status")),
        "first_release_at": untrusted.moment(package.get("first_release_published_at")),
        "latest_release_at": untrusted.moment(package.get("latest_release_published_at")),
        "advisories": _advisories(package.get("advisories")),
        "downloads": _counted(package, "downloads"),
        "dependent_packages": _counted(package, "dependent_packages_count"),
        "dependent_repositories": _counted(package, "dependent_repos_count"),
        "docker_dependents": _counted(package, "docker_dependents_count"),
        "docker_downloads": _counted(package, "docker_downloads_count"),
        "versions": _counted(package, "versions_count"),
        "found_by": found_by,
        "day": day,
    }


def _counted(package: Mapping[str, Any], name: str) -> int | None:
    """A count; None for a negative one, which counts nothing."""
    found = untrusted.count(package.get(name))
    return found if found is not None and found >= 0 else None


def _advisories(told: Any) -> list[dict[str, Any]] | None:  # noqa: ANN401 - whatever JSON it is
    if not isinstance(told, list):
        return None
    found = [_advisory(one) for one in told[:ADVISORIES] if isinstance(one, dict)]
    named = {one["advisory"]: one for one in found if one["advisory"]}
    return [named[key] for key in sorted(named)]


def _advisory(told: Mapping[str, Any]) -> dict[str, Any]:
    """One advisory, called by its GHSA id, else its CVE, else whatever it has."""
    listed = told.get("identifiers")
    texts = [untrusted.text(one) for one in (listed if isinstance(listed, list) else [])[:IDENTIFIERS]]
    identifiers = sorted({text for text in texts if text})
    preferred = [text for start in ("GHSA-", "CVE-") for text in identifiers if text.upper().startswith(start)]
    severity = untrusted.text(told.get("severity")) or ""
    return {
        "advisory": next(iter([*preferred, *identifiers]), None) or untrusted.text(told.get("uuid")),
        "identifiers": identifiers,
        "severity": SEVERITIES.get(severity.lower()),
        "cvss": untrusted.number(told.get("cvss_score")) or None,  # 0 stands for none given
        "published_at": untrusted.moment(told.get("published_at")),
        "withdrawn_at": untrusted.moment(told.get("withdrawn_at")),
    }
