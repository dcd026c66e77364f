"""What `ecotone status` says of GitHub: what the client does, what its accounts have left, what is still to come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipelines.cli.reports.points import lasting, outlook
from pipelines.cli.reports.streams import Stream
from pipelines.cli.shell.terminal import plural
from pipelines.lake.manifest import Manifest
from pipelines.settings import Settings
from pipelines.sources.github.client.activity import Activity

MOST_NAMED = 3
INDENT = " " * 14


def lines(settings: Settings, there: Sequence[Stream], manifest: Manifest) -> Iterator[str]:
    """As the client left word of it in the home; nothing where it never asked."""
    activity = Activity.read(settings.home)
    if activity is None:
        return
    goes_on = activity.goes_on
    allowed = "" if activity.allowed is None else f" of {activity.allowed:,}"
    spent = f"{activity.spent:,}{allowed} points spent in {plural(activity.requests, 'request')}"
    if goes_on:
        since = f"{activity.begun_at:%Y-%m-%d %H:%M} UTC, told {activity.told_at:%H:%M:%S}"
        yield f"GitHub        asked since {since}: {spent}"
        yield from (f"{INDENT}{line}" for line in _under_way(activity))
    else:
        yield f"GitHub        last asked {activity.ended_at or activity.told_at:%Y-%m-%d %H:%M} UTC: {spent}"
    for budget in activity.budgets:
        if budget.limit is None or budget.remaining is None:
            yield f"{INDENT}{budget.account}: not limited"
            continue
        tokens = f" ({budget.tokens} tokens share it)" if budget.tokens > 1 else ""
        until = f" until {budget.reset_at:%H:%M} UTC" if budget.reset_at else ""
        yield f"{INDENT}{budget.account}: {budget.remaining:,} of {budget.limit:,} points left{until}{tokens}"
    yield from (f"{INDENT}{text}" for text in activity.bad_tokens)
    expected = outlook(activity.totals, there, manifest, settings)
    if expected.points:
        hours = expected.hours(activity.budgets, activity.seconds_an_answer)
        when = "" if not hours else f", {lasting(hours)} with these accounts"
        repositories = plural(expected.repositories, "repository")
        first = expected.soon.points if expected.soon else 0
        soon = f", {first:,} of them until the last months are known" if first else ""
        yield f"{INDENT}about {expected.points:,} points to go for the first fetch of {repositories}{when}{soon}"


def _under_way(activity: Activity) -> Iterator[str]:
    if activity.waiting:
        yield activity.waiting
    if activity.under_way:
        named = list(activity.under_way)[:MOST_NAMED]
        more = len(activity.under_way) - len(named)
        requests = plural(sum(activity.under_way.values()), "request")
        others = f" and {more:,} more" if more else ""
        yield f"{requests} under way (at most {activity.at_once}): {', '.join(named)}{others}"
