"""What the pages rest on, in words: which streams are whole, what is missing of them, and why there is nothing at all.

`Publication` → templates/_freshness.html and templates/quality.html, and the sentences that stand in place of a chart
that has nothing to draw.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.read.publication import Publication
from dashboards.streams import Stream, about
from dashboards.texts import t, translated_remark

PROBLEMS_LISTED = 40  # further ones are in data/coverage.csv
NAMED_EACH = 5  # subjects that lack the same for the same reason; more are told as one


@dataclass(frozen=True)
class Freshness:
    """Of the streams of one group: how many subjects there are, and of how many all these streams are whole."""

    name: str
    subjects: int
    whole: int


@dataclass(frozen=True)
class Problem:
    """A subject of which a stream has less than it should, or many alike: then `subject` is empty."""

    subject: str
    subjects: int
    source: str
    stream: str
    status: str
    reason: str
    observed_until: str | None


def freshness(publication: Publication) -> list[Freshness]:
    """How much of the catalogue is covered, in as few lines as there are groups of streams."""
    groups: dict[str, list[Stream]] = {}
    for covered in publication.coverage:
        stream = (covered.source, covered.stream)
        groups.setdefault(about(stream).group, []).append(stream)
    found = []
    for name, streams in groups.items():
        subjects, whole = publication.whole(tuple(streams))
        found.append(Freshness(t(name), subjects, whole))
    return found


def unread(publication: Publication, stream: Stream) -> str | None:
    """Why nothing at all is known of a stream, in a sentence; None if something of it was observed.

    The reason is the one that most of its subjects have, such as a token that is not set.
    """
    if observed_until(publication, stream):
        return None
    reasons = (
        publication.rows(
            "SELECT reason FROM ops.coverage WHERE source = ? AND stream = ? AND reason IS NOT NULL "
            "GROUP BY reason ORDER BY count(*) DESC, reason LIMIT 1",
            list(stream),
        )
        if publication.coverage
        else []
    )
    reason = translated_remark(reasons[0][0]) if reasons else t("this publication holds nothing of it")
    return _capital(t("{service} was not read: {reason}.", service=t(about(stream).service), reason=reason.rstrip(".")))


def nothing(publication: Publication, metric: str, stream: Stream, values: int) -> str | None:
    """What stands in place of a chart that has nothing to draw, and why; None if there is something.

    Args:
        publication: the published file.
        metric: what would be drawn.
        stream: where its facts come from.
        values: how many known values there are, of all entities.
    """
    if values:
        return None
    if reason := unread(publication, stream):
        return reason
    if not publication.has(metric):
        return t(
            "Not available: this publication was made before the metric {metric} existed, or without it.", metric=metric
        )
    return t("Unknown for all that is catalogued: the reasons stand in the data, as CSV.")


def observed_until(publication: Publication, stream: Stream) -> str | None:
    """The latest day on which anything of the stream was observed, ISO; None if nothing was."""
    days = [c.newest for c in publication.coverage if (c.source, c.stream) == stream and c.newest]
    return max(days, default=None)


def known_from(publication: Publication, stream: Stream) -> str | None:
    """The day since when all of the stream is known, ISO; None if it is from its beginning, or nothing says."""
    if "ops.coverage" not in publication.tables or "known_from" not in publication.columns("ops", "coverage"):
        return None
    rows = publication.rows(
        "SELECT strftime(max(known_from) AT TIME ZONE 'UTC', '%Y-%m-%d') FROM ops.coverage "
        "WHERE source = ? AND stream = ?",
        list(stream),
    )
    day: str | None = rows[0][0]
    return day


def why_unknown(publication: Publication, entity_id: str, stream: Stream) -> str:
    """Why an entity has no row at all of a metric that reads the stream."""
    subjects, observed = publication.subjects.get(entity_id, {}).get(stream, (0, 0))
    if not subjects:
        return t("nothing of it is catalogued for this source")
    if not observed:
        unread_service = t("{service} was not read", service=t(about(stream).service))
        return t("never observed") if observed_until(publication, stream) else unread_service
    return t("nothing of this kind was observed")


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def problems(publication: Publication) -> list[Problem]:
    """The subjects whose stream is not whole, those that failed first; many alike as one."""
    if "ops.coverage" not in publication.tables:
        return []
    names = (
        "LEFT JOIN staging.repository r ON r.repository_id = c.subject_id"
        if "staging.repository" in publication.tables
        else "LEFT JOIN (SELECT NULL AS repository_id, NULL AS full_name) r ON FALSE"
    )
    partly = "known_from" in publication.columns("ops", "coverage")
    since = "c.known_from" if partly else "NULL::TIMESTAMPTZ"
    return [
        Problem(*row)
        for row in publication.rows(
            "WITH told AS (SELECT c.* REPLACE ("
            f"CASE WHEN c.status = 'ok' AND {since} IS NOT NULL THEN 'known in part' ELSE c.status END AS status, "
            f"CASE WHEN c.status = 'ok' AND {since} IS NOT NULL "
            f"THEN strftime({since} AT TIME ZONE 'UTC', 'known since %Y-%m') ELSE c.reason END AS reason) "
            "FROM ops.coverage c), problem AS ("
            "SELECT coalesce(r.full_name, c.subject_id) AS subject, c.source, c.stream, c.status, "
            "coalesce(c.reason, '') AS reason, strftime(c.observed_until AT TIME ZONE 'UTC', '%Y-%m-%d') AS until, "
            "count(*) OVER (PARTITION BY c.source, c.stream, c.status, c.reason) AS alike "
            f"FROM told c {names} WHERE c.status <> 'ok') "
            f"SELECT CASE WHEN alike <= {NAMED_EACH} THEN subject ELSE '' END AS named, count(*), source, stream, "
            f"status, reason, CASE WHEN alike <= {NAMED_EACH} THEN min(until) END FROM problem "
            "GROUP BY named, source, stream, status, reason, alike "
            "ORDER BY list_position(['failed', 'incomplete', 'never', 'skipped', 'known in part'], status), "
            "source, stream, named"
        )
    ]
