"""Which models of an organisation are asked for what costs a call each, and what one fetch may spend on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pipelines.catalogue import Project
from pipelines.errors import Paused, Skipped
from pipelines.sources import Request, untrusted
from pipelines.sources.huggingface.client import model as reading
from pipelines.sources.huggingface.client.client import HubClient

MOST_DOWNLOADED = MOST_LIKED = 30  # models of an organisation that are asked for
FAILED_MODELS = 3  # in a row: the Hub is not well
NAMED_REASONS = 3  # spelt out in a batch's reason; the rest is counted
SHARE_OF_LIMIT = 5  # one fetch may spend this part of what the Hub allows in five minutes
LIMIT = 500  # docs: Hub rate limits, anonymous calls in five minutes; where it does not tell its own
ASKED = f"the {MOST_DOWNLOADED} most downloaded and {MOST_LIKED} most liked models of each organisation"


def subjects(project: Project) -> list[str]:
    """`hf-org:NAME` of each organisation that the project selects from, each once."""
    return [f"hf-org:{organization}" for organization in project.organizations]


class Asked(NamedTuple):
    """A model to ask for: its name now, and the Hub's id of it, None where the listing lacks it."""

    name: str
    hub_id: str | None

    @property
    def key(self) -> str:
        """What it is remembered by."""
        return self.hub_id or self.name


def asked_models(client: HubClient, request: Request) -> list[Asked]:
    """The most downloaded of those that the catalogue selects, then the most liked; a call or a few.

    Raises:
        Skipped: there is none.
        SourceError: the organisation's models could not be listed.
    """
    organization = request.subject.removeprefix("hf-org:")
    rows: dict[str, dict[str, Any]] = {}
    what = f"the models of {organization}"
    for page in client.models(what=what, author=organization, expand=("downloads", "likes")):
        rows |= {row["id"]: row for row in page.rows if _is_selected(request, row["id"])}

    if not rows:
        raise Skipped(f"the Hub lists no model of {organization} that the catalogue selects")

    def most(count: str, number: int) -> list[str]:
        return sorted(rows, key=lambda name: (-(untrusted.count(rows[name].get(count)) or 0), name))[:number]

    names = dict.fromkeys([*most("downloads", MOST_DOWNLOADED), *most("likes", MOST_LIKED)])
    return [Asked(name, untrusted.text(rows[name].get("_id"))) for name in names]


def _is_selected(request: Request, name: str) -> bool:
    known = reading.model_id(name) == name
    return known and any(selector.matches(name) for selector in request.project.hub)


def afford(client: HubClient, left: str) -> None:
    """Paused if the fetch has spent its part of the Hub's limit; `left` says what is left for the next run."""
    if client.requests >= (client.limit or LIMIT) // SHARE_OF_LIMIT:
        raise Paused(
            f"{client.requests:,} calls were made, one in {SHARE_OF_LIMIT} of those that the Hub allows in five "
            f"minutes: {left} for the next run.",
        )


def reason_of(missing: Sequence[str], *remarks: str) -> str | None:
    """What is missing and why, the first spelt out and the rest counted, and remarks; None if there is nothing."""
    reasons = list(missing[:NAMED_REASONS])
    if len(missing) > NAMED_REASONS:
        reasons.append(f"what is missing besides: {len(missing) - NAMED_REASONS:,}")
    return "; ".join([*reasons, *remarks]) or None
