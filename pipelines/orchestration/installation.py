"""One installation as Dagster's assets see it: settings, catalogue, sources, the lake, the warehouse."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

import dashboards
from dashboards import pages
from dashboards.read.publication import Reader
from pipelines.catalogue import Catalogue
from pipelines.lake import Lake
from pipelines.progress import Reporter, silent
from pipelines.publication.export import exported_id
from pipelines.publication.record import published_id
from pipelines.settings import Settings
from pipelines.sources import Source
from pipelines.sources import discover as discover_sources
from pipelines.staging.rules import people
from pipelines.warehouse import Warehouse

log = logging.getLogger("ecotone")
SHARED = "assets"
"""The site's folder of scripts and styles that all pages share, and its key in Dagster, `[dashboards, assets]`."""
DRAWING_FILES = {".py", ".html", ".css", ".js", ".svg", ".toml", ".sql"}


@dataclass(frozen=True)
class Installation:
    """What `pipelines.orchestration.definitions` hands to every asset.

    Attributes:
        settings: addresses, tokens, clock, home.
        catalogue: what is measured.
        sources: by name.
        reporter: told what goes on, for the progress on a terminal.
        notify: told what the user should know at once: that another run is waited for.
        shared_warehouse: the build that all steps of a run share; None outside of `one_build`.
        reader: opens the published file, once for all pages that a run draws.
    """

    settings: Settings
    catalogue: Catalogue
    sources: Mapping[str, Source]
    reporter: Reporter = silent
    notify: Callable[[str], None] = log.warning
    shared_warehouse: Warehouse | None = None
    reader: Reader | None = None

    @classmethod
    def from_environment(cls, reporter: Reporter = silent) -> Installation:
        """Read settings, catalogue and people.toml; ConfigurationError if one of them is wrong."""
        settings = Settings.from_environment()
        settings.share_ca_bundle()
        people.declared(people.text_of(settings.home), b"")
        return cls(settings, Catalogue.load(settings.catalogue), discover_sources(), reporter)

    def warehouse(self) -> Warehouse:
        """A build over what the lake holds now; within `one_build`, over what it held at its beginning."""
        return self.shared_warehouse or Warehouse(self.settings, self.catalogue, self.sources, lake=self.lake)

    @contextmanager
    def one_build(self) -> Iterator[Installation]:
        """The installation whose steps all build from the same batches, in one opening of each file."""
        with self.warehouse().kept_open() as warehouse, Reader() as reader:
            yield replace(self, shared_warehouse=warehouse, reader=reader)

    @cached_property
    def lake(self) -> Lake:
        """The lake, read-only; of its manifest, each build reads only the lines that are new."""
        return Lake(self.settings.lake)

    @property
    def site(self) -> Path:
        """The folder of the dashboards."""
        return self.settings.home / "site"

    def is_published(self) -> bool:
        """Whether what the lake holds is published, exported and drawn, by this code and under this catalogue."""
        publication = self.warehouse().publication_id
        return publication == published_id(self.settings.published) == exported_id(self.settings) and all(
            self.page_is_drawn(slug, publication) for slug in (SHARED, *pages.load())
        )

    def page_is_drawn(self, slug: str, publication: str) -> bool:
        """Whether the page shows that publication."""
        try:
            return bool(json.loads(self._mark(slug).read_text()) == self._drawn(publication))
        except (FileNotFoundError, ValueError):
            return False

    def mark_drawn(self, slug: str, publication: str) -> None:
        """Remember that the page shows that publication."""
        mark = self._mark(slug)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(json.dumps(self._drawn(publication)))

    def _mark(self, slug: str) -> Path:
        return self.settings.home / "site" / ".drawn" / f"{slug}.json"

    @staticmethod
    def _drawn(publication: str) -> dict[str, str]:
        return {"publication": publication, "code": _dashboards_code()}


@cache
def _dashboards_code() -> str:
    """Hash of everything that decides how a page looks."""
    folder = Path(dashboards.__file__).parent
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in DRAWING_FILES)
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
