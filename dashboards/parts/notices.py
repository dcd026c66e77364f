"""Notable changes: each kind is a query in `changes/`; here they are run, told in words, and made an Atom feed.

`Publication` → `Notice`s → changes.html, the overview, and feed.<language>.xml. A query yields entity_id, period,
other (an entity, or NULL), value, before; only what happened in the last two years is told, of ecosystems and projects.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from dashboards import texts
from dashboards.chart import Format
from dashboards.draw.figures import label
from dashboards.files import write_text
from dashboards.parts.entities import HAVE_PAGES
from dashboards.read.publication import Publication
from dashboards.texts import t
from dashboards.texts.values import value_text

_FOLDER = Path(__file__).parent / "changes"
YEARS_TOLD = 2
FEED_ENTRIES = 60


@dataclass(frozen=True)
class Change:
    """A kind of change: its front matter, and the query that finds it."""

    name: str
    title: str
    sentence: str
    metric: str
    chart: str
    format: Format
    sql: str


@dataclass(frozen=True)
class Notice:
    """One change: of which kind, of what, when."""

    change: Change
    entity_id: str
    period: date
    other: str | None
    value: float | None
    before: float | None

    @property
    def address(self) -> str:
        """The chart that shows it."""
        also = f"&show={self.other}" if self.other else ""
        return f"{self.change.chart}?show={self.entity_id}{also}"


@cache
def changes() -> list[Change]:
    """The kinds of change, by name.

    Raises:
        LookupError: there is none, or one has no front matter.
    """
    found = []
    for path in sorted(_FOLDER.glob("*.sql")):
        head, mark, sql = path.read_text(encoding="utf-8").partition("+++*/")
        if not mark or not head.startswith("/*+++"):
            raise LookupError(
                f"{path.name} begins with no front matter: put its title and sentence between /*+++ and +++*/."
            )
        told = tomllib.loads(head.removeprefix("/*+++"))
        found.append(Change(name=path.stem, sql=sql.strip(), **told))
    if not found:
        raise LookupError("There are no queries in dashboards/changes: the package is not whole, install it again.")
    return found


def notices(publication: Publication) -> list[Notice]:
    """What changed, the latest first; nothing of metrics that the publication lacks."""
    kinds = {entity.entity_id: entity.kind for entity in publication.entities}
    since = date.fromisoformat(publication.facts.as_of)
    since = since.replace(year=since.year - YEARS_TOLD, day=1)
    found = []
    for change in changes():
        if not publication.has(change.metric):
            continue
        for row in publication.rows(change.sql):
            notice = Notice(change, *row)
            if kinds.get(notice.entity_id) in HAVE_PAGES and notice.period >= since:
                found.append(notice)
    found.sort(key=lambda notice: (notice.change.name, notice.entity_id))
    return sorted(found, key=lambda notice: notice.period, reverse=True)


def recent(publication: Publication) -> list[Notice]:
    """Those of the last year."""
    as_of = date.fromisoformat(publication.facts.as_of)
    return [notice for notice in notices(publication) if notice.period >= as_of.replace(year=as_of.year - 1, day=1)]


def sentence(publication: Publication, notice: Notice) -> str:
    """A notice in a sentence, in the language of the page."""
    names = {entity.entity_id: label(entity) for entity in publication.entities}
    shared = {entity.label for entity in publication.entities if entity.kind == "ecosystem"}
    for entity in publication.entities:
        if entity.kind == "project" and entity.label in shared:  # the ecosystem of that name is another thing
            names[entity.entity_id] = t("{name} (the project)", name=label(entity))
    return t(
        notice.change.sentence,
        entity=names[notice.entity_id],
        other=names.get(notice.other or "", notice.other or ""),
        value=value_text(notice.value, notice.change.format),
        before=value_text(notice.before, notice.change.format),
    )


def write_feed(publication: Publication, out: Path) -> list[Path]:
    """Writes feed.<language>.xml: Atom (RFC 4287). Its ids are tags: they stay when the site moves."""
    written = []
    found = notices(publication)[:FEED_ENTRIES]
    for language in texts.LANGUAGES:
        with texts.in_language(language):
            written.append(write_text(out / f"feed.{language}.xml", _feed(publication, found)))
    return written


def _feed(publication: Publication, found: list[Notice]) -> str:
    facts = publication.facts
    updated = f"{facts.as_of}T00:00:00Z"
    folder = "" if texts.language() == "en" else f"{texts.language()}/"
    simulated = f" ({t('simulated data')})" if facts.simulated else ""
    entries = "".join(
        "  <entry>\n"
        f"    <id>tag:ecotone,2026:{escape(_name(notice))}</id>\n"
        f"    <title>{escape(_clean(t(notice.change.title)))}{escape(simulated)}</title>\n"
        f"    <updated>{notice.period.isoformat()}T00:00:00Z</updated>\n"
        f'    <link rel="alternate" href="{escape(folder + notice.address, {chr(34): "&quot;"})}"/>\n'
        f"    <content>{escape(_clean(sentence(publication, notice)))}</content>\n"
        "  </entry>\n"
        for notice in found
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{texts.TAGS[texts.language()]}">\n'
        f"  <id>tag:ecotone,2026:changes:{texts.language()}</id>\n"
        f"  <title>{escape(t('Ecotone: notable changes'))}{escape(simulated)}</title>\n"
        "  <author><name>Ecotone</name></author>\n"
        f"  <updated>{updated}</updated>\n"
        f'  <link rel="self" href="feed.{texts.language()}.xml"/>\n'
        f'  <link rel="alternate" href="{folder}changes.html"/>\n{entries}</feed>\n'
    )


def _name(notice: Notice) -> str:
    return f"{notice.change.name}:{notice.entity_id}:{notice.period:%Y-%m}"


def _clean(words: str) -> str:
    """Without characters that XML 1.0 cannot hold."""
    return "".join(c for c in words if c in "\t\n" or ord(c) >= 0x20)  # noqa: PLR2004 - C0 controls end there
