"""Discussions and pull requests of the simulated Hub's models: when somebody answers, by the laws of their ecosystem.

A plan is made once for the whole time of the world; `shown` gives it as of a moment, in the form of the Hub's own
answers. Whoever talks is made up, but for one bot: the pipeline's rules know it by the name it really has.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from pipelines.sandbox.cast import FAMILIES, LAWS, PROJECTS, Frame
from pipelines.sandbox.chance import Chance
from pipelines.sandbox.huggingface.families import BIRDS, PLACES, UNFOLLOWED, Model
from pipelines.sandbox.laws import Law

DISCUSSIONS = 60  # of a family's own models, at scale 1
MAINTAINERS = 4
USERS = 60
BOT = "SFconvertbot"  # it proposes safetensors; https://huggingface.co/SFconvertbot
PULL_REQUESTS, WRITES_ON, CLOSED_AFTER = 0.2, 0.2, 0.4
HUB_ID_DIGITS = 24
TITLES = ("Wrong chat template?", "Context length", "Licence for the embeddings", "Fix the tokenizer", "Out of memory")
LONGEST = timedelta(days=3650)


@dataclass(frozen=True)
class Event:
    """One event: a comment, or a change of status ("closed", "merged")."""

    at: datetime
    who: str
    kind: str
    status: str | None = None


@dataclass(frozen=True)
class Discussion:
    """What becomes of a discussion, whether or not it has come yet.

    Attributes:
        model: as it was created.
        number: at its model.
        author: its author's name; the bot's is BOT.
        created_at: when it was opened.
        is_pull_request: whether it proposes a change.
        answered_at: by a human other than the author; None if that would never be, or the author gave up before.
        gave_up_at: closed unanswered by its author.
        events: all that ever happens, in order; the opening text is the first.
        organization: whose model it is.
    """

    model: str
    number: int
    author: str
    created_at: datetime
    is_pull_request: bool
    answered_at: datetime | None
    gave_up_at: datetime | None
    events: Sequence[Event] = field(default_factory=tuple)
    organization: str = ""


def ecosystem_of(organization: str) -> str:
    """The ecosystem of the project that selects from a Hub organisation."""
    return next(
        project.ecosystem
        for project in PROJECTS
        if any(selector.partition("/")[0] == organization for selector in project.hub)
    )


def law_of(organization: str) -> Law:
    """The law of answers at an organisation's models: that of its ecosystem's issues."""
    return Law(**LAWS[ecosystem_of(organization)])


def plan_talk(frame: Frame, models: Sequence[Model]) -> list[Discussion]:
    """All discussions that ever are, in order of family and time."""
    found: list[Discussion] = []
    for plan in FAMILIES:
        own = [m for m in models if m.name.startswith(f"{plan.organization}/") and m.model_type != UNFOLLOWED]
        found += _family(frame, plan.organization, own)
    return found


def _family(frame: Frame, organization: str, models: Sequence[Model]) -> Iterable[Discussion]:
    chance = Chance(frame.seed, "talk", organization)
    staff = [f"{chance.pick(BIRDS)}-at-{organization}-{number}" for number in range(MAINTAINERS)]
    opened = []
    for _ in range(max(len(models), round(DISCUSSIONS * frame.scale))):
        model = chance.pick(models)
        opened.append((model.created + (frame.now - model.created) * chance.uniform(0, 1), model))
    numbers: dict[str, int] = {}
    for at, model in sorted(opened, key=lambda one: (one[0], one[1].name)):
        numbers[model.name] = numbers.get(model.name, 0) + 1
        place = (model.name, numbers[model.name])
        yield _discussion(chance, organization, place, at.replace(microsecond=0), staff)


def _discussion(
    chance: Chance, organization: str, place: tuple[str, int], at: datetime, staff: Sequence[str]
) -> Discussion:
    """One discussion; `place` is the model and the number there."""
    model, number = place
    law = law_of(organization)
    is_bot = number == 1 and chance.happens(0.3)
    author = BOT if is_bot else f"{chance.pick(BIRDS)}-of-{chance.pick(PLACES)}-{chance.integer(1, USERS)}"
    is_pull_request = is_bot or chance.happens(PULL_REQUESTS)
    answer, patience = law.answer(chance), math.inf if is_bot else law.giving_up(chance)
    answered = at + _hours(answer) if answer <= patience and answer != math.inf else None
    gave_up = at + _hours(patience) if patience < answer else None
    events = [Event(at, author, "comment")]
    if not is_bot and chance.happens(WRITES_ON):
        events.append(Event(at + _hours(chance.exponential(5.0)), author, "comment"))
    if answered:
        responder = chance.pick(staff)
        by_closing = chance.happens(0.1)  # without a word
        if by_closing:
            status = "merged" if is_pull_request else "closed"
            events.append(Event(answered, responder, "status-change", status))
        else:
            events.append(Event(answered, responder, "comment"))
            if chance.happens(CLOSED_AFTER):
                closed = answered + _hours(chance.exponential(100.0))
                status = "merged" if is_pull_request else "closed"
                events.append(Event(closed, responder, "status-change", status))
    if gave_up:
        events.append(Event(gave_up, author, "status-change", "closed"))
    events = [event for event in events if not gave_up or event.at <= gave_up]
    ordered = tuple(sorted(events, key=lambda event: event.at))
    return Discussion(model, number, author, at, is_pull_request, answered, gave_up, ordered, organization)


def _hours(hours: float) -> timedelta:
    """A wait in whole seconds, at most LONGEST."""
    return min(LONGEST, timedelta(seconds=min(round(hours * 3600), LONGEST.total_seconds())))


def shown(
    plan: Sequence[Discussion], models: Mapping[str, tuple[str, str]], moment: datetime
) -> dict[str, list[dict[str, Any]]]:
    """The Hub's answer for each discussion that there is at that moment, newest first, by the model's name then.

    Args:
        plan: all discussions.
        models: name as created → (name now, the Hub's id), of the models that are there.
        moment: when.
    """
    found: dict[str, list[dict[str, Any]]] = {name: [] for name, _ in models.values()}
    for one in reversed(plan):
        if one.created_at <= moment and one.model in models:
            name, hub_id = models[one.model]
            found[name].append(_details(one, name, hub_id, moment))
    return found


def _details(one: Discussion, model: str, hub_id: str, moment: datetime) -> dict[str, Any]:
    events = [event for event in one.events if event.at <= moment]
    status = next((event.status for event in reversed(events) if event.status), "open")
    key = f"{hub_id}:{one.number}"
    details: dict[str, Any] = {
        "_id": _id(key),
        "num": one.number,
        "author": user(one.author),
        "repo": {"name": model, "type": "model"},
        "title": TITLES[one.number % len(TITLES)],
        "createdAt": _stamp(one.created_at),
        "status": status,
        "events": [_event(event, f"{key}:{place}", one.organization) for place, event in enumerate(events)],
        "pinned": False,
        "locked": False,
        "collection": "discussions",
        "isPullRequest": one.is_pull_request,
    }
    if one.is_pull_request:
        details["filesWithConflicts"] = []
        details["changes"] = {"base": "refs/heads/main"}
        if status == "merged":
            details["changes"]["mergeCommitId"] = _id(f"merge of {key}")
    else:
        details["isReport"] = False
    return details


def _event(event: Event, key: str, organization: str) -> dict[str, Any]:
    author = user(event.who) | {"isOwner": False, "isOrgMember": f"-at-{organization}-" in event.who}
    told: dict[str, Any] = {
        "id": _id(key),
        "createdAt": _stamp(event.at),
        "author": author,
        "type": event.kind,
    }
    if event.kind == "status-change":
        return told | {"data": {"status": event.status}}
    latest = {
        "raw": "Simulated.",
        "html": "<p>Simulated.</p>",
        "updatedAt": _stamp(event.at),
        "author": user(event.who),
    }
    data = {
        "edited": False,
        "hidden": False,
        "latest": latest,
        "numEdits": 0,
        "editors": [event.who],
        "editorAvatarUrls": [user(event.who)["avatarUrl"]],
        "reactions": [],
    }
    return told | {"data": data}


def user(name: str) -> dict[str, Any]:
    """An account as the Hub shows it beside what it wrote."""
    return {
        "_id": _id(f"user {name}"),
        "avatarUrl": f"/avatars/{_id(name)}.svg",
        "fullname": name.replace("-", " "),
        "name": name,
        "type": "user",
        "isPro": False,
        "isHf": False,
        "isHfAdmin": False,
        "isMod": False,
    }


@cache
def _id(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:HUB_ID_DIGITS]


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
