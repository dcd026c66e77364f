"""The index behind the search field: every page, chart, metric and entity, by name, in each language.

`Publication` and pages → data/search.<language>.js, which a page loads when its reader begins to search.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dashboards import texts
from dashboards.chart import GRAINS, Measure
from dashboards.draw.figures import label
from dashboards.files import write_text
from dashboards.page import Page
from dashboards.parts.entities import HAVE_PAGES, slug_of
from dashboards.read.publication import Publication
from dashboards.texts import t
from dashboards.texts.values import to_json

MADE_WITH = "index"  # the page whose drawing makes the index: one must

ALSO_CALLED = {
    "contributor_absence_factor": "bus factor truck factor lottery factor key person",
    "elephant_factor": "company dependence",
    "effective_contributors": "concentration Hill number inverse Simpson",
    "time_to_first_response": "responsiveness first reply response time",
    "contributor_retention": "churn stickiness",
    "license_mix": "license licence openness",
    "derivatives": "finetunes quantizations adapters merges",
}
"""What others call a metric: it is found by these words too."""


def write(publication: Publication, out: Path, pages: list[Page]) -> None:
    """Writes the index in all languages."""
    for language in texts.LANGUAGES:
        with texts.in_language(language):
            found = [list(entry) for entry in _entries(publication, pages)]
            script = f'"use strict";\nvar ecotoneIndex = {to_json(found)};\n'
            write_text(out / "data" / f"search.{language}.js", script)


def _entries(publication: Publication, pages: list[Page]) -> Iterator[tuple[str, str, str, str]]:
    """Name, what it is, address, and further words by which it is found: its English name too."""
    for page in pages:
        yield t(page.nav), t("Page"), f"{page.slug}.html", f"{t(page.title)} {page.title} {page.nav}"
    for entity in publication.entities:
        kind = t(GRAINS[entity.kind])
        if entity.kind in HAVE_PAGES:
            address = f"{slug_of(entity.entity_id)}.html"
        else:
            address = f"index.html#?show={entity.entity_id}"
        yield label(entity), kind, address, f"{entity.entity_id} {entity.label}"
    for metric in publication.definitions.values():
        also = ALSO_CALLED.get(metric.metric, "")
        words = f"{metric.metric} {metric.title} {metric.question} {t(metric.question)} {also}"
        yield t(metric.title), t("Metric"), f"metric-{metric.metric}.html", words
    for page in pages:
        for chart in page.drawn:
            if not isinstance(chart, Measure):
                yield t(chart.title), t("Chart"), f"{page.slug}.html#{chart.id}", f"{chart.title} {chart.metric}"
