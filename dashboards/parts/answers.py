"""The questions that most readers come with, answered from the latest values, and how sure each answer is.

`Publication` → `Answer`s on the overview. Each leads to the chart that shows it. Where intervals overlap, it says so
and claims no order.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboards.chart import Measure
from dashboards.draw.figures import label
from dashboards.parts import notices
from dashboards.parts.entities import slug_of
from dashboards.parts.profiles import Reading, readings
from dashboards.read.coverage import unread
from dashboards.read.publication import Publication
from dashboards.texts import t
from dashboards.texts.values import interval_text, month_text, value_text

FEW_COMMITS = 20
NAMED = 6  # entities that are named in a sentence; of further ones, only the number is told


@dataclass(frozen=True)
class Answer:
    """A question, its answer, the chart that shows it, and pages of what it names."""

    question: str
    answer: str
    chart: str
    named: list[tuple[str, str]] = field(default_factory=list)


def answers(publication: Publication, measures: tuple[Measure, ...]) -> list[Answer]:
    """The answers that this publication can give; a question that it cannot answer says why."""
    by_metric = {measure.metric: measure for measure in measures}
    return [
        _fastest(publication, by_metric["time_to_first_response"]),
        _most_downloads(publication, by_metric["downloads"]),
        _one_person(publication, by_metric["contributor_absence_factor"]),
        *_claims(publication),
    ]


def _claims(publication: Publication) -> list[Answer]:
    """Those that are decided by all data until today, by their sentences; nothing where there are no claims."""
    columns = publication.columns("metrics", "claim_verdict")
    if "verdict" not in columns:
        return []
    verdict = "verdict_today" if "verdict_today" in columns else "verdict"
    found = publication.rows(
        f"SELECT claim, title, {verdict} FROM metrics.claim_verdict ORDER BY {verdict} DESC, claim"
    )
    held, refuted = ([row for row in found if row[2] == decided] for decided in ("supported", "contradicted"))
    sentence = t(
        "Of {all}, {n} hold in this data and {m} do not; the others cannot be decided from it.",
        n=len(held),
        all=len(found),
        m=len(refuted),
    )
    if publication.facts.simulated:
        sentence = t("Of the world, this simulated data says nothing.") + " " + sentence
        return [Answer(t("Which published claims hold?"), sentence, "claims.html")]
    named = [
        (f"{t(title or claim)} ({t(decided)})", f"claims.html#claim-{claim}")
        for claim, title, decided in [*held, *refuted]
    ]
    return [Answer(t("Which published claims hold?"), sentence, "claims.html", named)]


def _fastest(publication: Publication, measure: Measure) -> Answer:
    question = t("Which ecosystem answers issues fastest?")
    known = _known(publication, measure, "ecosystem")
    if not known:
        why = unread(publication, measure.stream) or t("Unknown: no ecosystem has a known time to first response.")
        return Answer(question, why, "#overview-first-response")
    names = _names(publication)
    known.sort(key=lambda reading: (reading.value or 0, reading.entity_id))
    first = known[0]
    unsure = [reading for reading in known[1:] if _overlap(first, reading)]
    sentence = t(
        "{name}: half of the issues opened in {month} were answered within {value} (95 % interval {interval}).",
        name=names[first.entity_id],
        month=month_text(first.period),
        value=value_text(first.value, measure.format),
        interval=interval_text(first.low, first.high, measure.format) or t("unknown"),
    )
    if unsure:
        others = _listed([names[reading.entity_id] for reading in unsure])
        sentence += " " + t(
            "It is not sure to be the fastest: the intervals of {names} overlap with its own.", names=others
        )
    else:
        sentence += " " + t("Its interval lies apart from those of all {n} others that are known.", n=len(known) - 1)
    return Answer(
        question, sentence, f"{measure.chart}?{_shown([first, *unsure])}", [_page(publication, first.entity_id)]
    )


def _most_downloads(publication: Publication, measure: Measure) -> Answer:
    question = t("Whose models are downloaded most, and since when?")
    known = _known(publication, measure, "ecosystem")
    known.sort(key=lambda reading: (-(reading.value or 0), reading.entity_id))
    if not known:
        return Answer(question, t("Unknown: no downloads were observed."), measure.chart)
    names = _names(publication)
    first, *others = known
    sentence = t(
        "{name}: {value} downloads in 30 days, at the last snapshot of {month}.",
        name=names[first.entity_id],
        value=value_text(first.value, measure.format),
        month=month_text(first.period),
    )
    if others:
        sentence += " " + t(
            "{name} follows with {value}.",
            name=names[others[0].entity_id],
            value=value_text(others[0].value, measure.format),
        )
    leads = [notice for notice in notices.notices(publication) if notice.change.name == "lead_in_downloads"]
    if leads:
        sentence += " " + t(
            "The lead last changed hands in {month}, when {name} passed {other}.",
            month=month_text(leads[0].period),
            name=names[leads[0].entity_id],
            other=names.get(leads[0].other or "", ""),
        )
    else:
        sentence += " " + t("The lead did not change hands in the months that were observed.")
    sentence += " " + t("Of any two that you choose, the chart tells when one passed the other.")
    drawn = [reading.entity_id for reading in known[:2]]
    if leads:
        drawn += [leads[0].entity_id, leads[0].other or ""]
    chart = f"{measure.chart}?" + "&".join(f"show={entity}" for entity in dict.fromkeys(filter(None, drawn)))
    return Answer(question, sentence, chart, [_page(publication, first.entity_id)])


def _one_person(publication: Publication, measure: Measure) -> Answer:
    question = t("Which projects depend on one person?")
    known = _known(publication, measure, "project")
    alone = [reading for reading in known if reading.value == 1]
    if not known:
        return Answer(question, t("Unknown: no project's commits were read."), measure.chart)
    sentence = t(
        "{n} of {known} projects whose history is known: one person wrote half of their commits of twelve months.",
        n=len(alone),
        known=len(known),
    )
    few = sum(reading.n is not None and reading.n < FEW_COMMITS for reading in alone)
    if few:
        sentence += " " + t("For {n} of these, that is of fewer than 20 commits.", n=few)
    shown = f"?{_shown(alone[:8])}" if alone else ""
    return Answer(question, sentence, f"{measure.chart}{shown}", [_page(publication, r.entity_id) for r in alone])


def _known(publication: Publication, measure: Measure, kind: str) -> list[Reading]:
    return [reading for reading in readings(publication, measure, kind).values() if reading.value is not None]


def _overlap(one: Reading, other: Reading) -> bool:
    """Whether the intervals have anything in common; an end that is not known reaches everything."""
    if None in (one.low, one.high, other.low):
        return True
    return bool(other.low <= one.high)  # type: ignore[operator] # just tested


def _names(publication: Publication) -> dict[str, str]:
    """Names that stand in a sentence: their writing direction ends with them."""
    return {entity.entity_id: f"\u2068{label(entity)}\u2069" for entity in publication.entities}


def _listed(names: list[str]) -> str:
    shown = t(", ").join(names[:NAMED])
    return shown if len(names) <= NAMED else t("{names} and {n} more", names=shown, n=len(names) - NAMED)


def _shown(found: list[Reading]) -> str:
    return "&".join(f"show={reading.entity_id}" for reading in found[:8])


def _page(publication: Publication, entity_id: str) -> tuple[str, str]:
    name = next(label(entity) for entity in publication.entities if entity.entity_id == entity_id)
    return name, f"{slug_of(entity_id)}.html"
