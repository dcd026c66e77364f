"""Records of one repository → the facts that the server of the sandbox's GitHub answers from.

What a line leaves open is closed here by rules that docs/recorded.md states; what cannot be closed is a gap, by which
the listing is not whole. Data passes from `reading` to `github`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pipelines.sandbox.github.world import facts
from pipelines.sandbox.recorded import records
from pipelines.sandbox.recorded.people import GHOST, People, number_of

EVENT_KINDS: dict[str, facts.EventKind] = {
    "closed": "closed",
    "reopened": "reopened",
    "merged": "merged",
    "ready": "ready",
    "readyforreview": "ready",
    "draft": "draft",
    "converttodraft": "draft",
}
GONE = -1  # an id that no fork has: where a change request came from is not there any more
UNFINISHED = "PENDING"  # a review that was begun and not sent is seen by its author alone
Remark = Callable[[str], None]


@dataclass
class Maker:
    """Makes the facts of one repository.

    Attributes:
        full_name: whose they are.
        people: the accounts of the recording.
        gap: told what a line leaves open, by which its listing is not whole.
        remark: told what of a line does not count.
        heads: repositories that change requests come from, by id.
        newest: the newest moment that was met.
    """

    full_name: str
    people: People
    gap: Remark
    remark: Remark
    heads: dict[int, facts.Fork] = field(default_factory=dict)
    newest: datetime | None = None

    def at(self, moment: datetime) -> datetime:
        """A time in UTC, as all facts have it."""
        found = moment.astimezone(UTC)
        if self.newest is None or found > self.newest:
            self.newest = found
        return found

    def _maybe(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else self.at(moment)

    def _id(self, told: int | str | None, *parts: object) -> int:
        return number_of(told, self.full_name, *parts)

    def issue(self, line: records.Issue) -> facts.Issue:
        """An issue."""
        closings = [(line.closed_at, "closed", line.closed_by, line.state_reason)]
        events = self._events(line, closings)
        ends = [event.kind for event in events if event.kind in {"closed", "reopened"}]
        if (line.closed_at is not None) != (bool(ends) and ends[-1] == "closed"):
            self.remark("closed_at is not what the events say, which count")
        return facts.Issue(
            line.number,
            self._id(line.id, "issue", line.number),
            self.people.of(line.author),
            self.at(line.created_at),
            self._comments(line, "issue"),
            events,
            association=line.association or "NONE",
        )

    def change_request(self, line: records.PullRequest) -> facts.ChangeRequest:
        """A change request."""
        ends = [
            (line.ready_at, "ready", None, None),
            (line.merged_at, "merged", line.merged_by, None),
            (line.closed_at or line.merged_at, "closed", line.closed_by or line.merged_by, None),
        ]
        events = self._events(line, ends)
        if (line.merged_at is not None) != any(event.kind == "merged" for event in events):
            self.remark("merged_at is not what the events say, which count")
        drafts = [event.kind for event in events if event.kind in {"ready", "draft"}]
        return facts.ChangeRequest(
            line.number,
            self._id(line.id, "pull", line.number),
            self.people.of(line.author),
            self.at(line.created_at),
            self._comments(line, "pull"),
            self._reviews(line),
            events,
            drafted=drafts[0] == "ready" if drafts else line.is_draft,
            head=self._head(line),
            association=line.association or "NONE",
        )

    def _events(
        self, line: records.Thread, ends: Sequence[tuple[datetime | None, facts.EventKind | str, Any, str | None]]
    ) -> tuple[facts.Event, ...]:
        """As the line lists them, in order of time; else what its own times tell: the last of each kind."""
        if line.events is None:
            made = [
                facts.Event(kind, self.at(moment), self.people.of(actor), reason)  # type: ignore[arg-type]
                for moment, kind, actor, reason in ends
                if moment is not None
            ]
        else:
            made = []
            for event in line.events:
                kind = EVENT_KINDS.get(event.type.lower().replace("_", "").removesuffix("event"))
                if kind is None:
                    self.remark(f"events of type {event.type} do not count")
                else:
                    made.append(facts.Event(kind, self.at(event.at), self.people.of(event.actor), _upper(event.reason)))
        made.sort(key=lambda event: event.at)
        return tuple(made)

    def _comments(self, line: records.Thread, kind: str) -> tuple[facts.Comment, ...]:
        told = line.comments
        self._count("comments", told, line.comments_total)
        made = [self._comment(each, kind, line.number, place) for place, each in enumerate(told or ())]
        made.sort(key=lambda comment: comment.at)
        return tuple(made)

    def _comment(self, each: records.Comment, *where: object) -> facts.Comment:
        id_ = self._id(each.id, "comment", *(() if each.id is not None else where))
        replies = tuple(
            self._comment(reply, *where, place) for place, reply in enumerate(getattr(each, "replies", ()))
        )
        return facts.Comment(id_, self.people.of(each.author), self.at(each.created_at), replies)

    def _reviews(self, line: records.PullRequest) -> tuple[facts.Review, ...]:
        self._count("reviews", line.reviews, line.reviews_total)
        made = []
        for place, each in enumerate(line.reviews or ()):
            if each.submitted_at is None or each.state.upper() == UNFINISHED:
                self.remark("reviews that were not sent do not count")
                continue
            id_ = self._id(each.id, "review", *(() if each.id is not None else (line.number, place)))
            made.append(
                facts.Review(id_, self.people.of(each.author), self.at(each.submitted_at), each.state.upper())
            )
        made.sort(key=lambda review: review.at)
        return tuple(made)

    def _count(self, what: str, told: Sequence[object] | None, total: int | None) -> None:
        if told is None:
            if total != 0:
                self.gap(f"{what} are not recorded")
        elif total is not None and total > len(told):
            self.gap(f"fewer {what} are recorded than {what}_total says")

    def _head(self, line: records.PullRequest) -> int | None:
        """The id of where it comes from; None: a branch of the same repository."""
        if line.is_cross_repository is False:
            return None
        head = line.head_repository
        if head is None:
            return GONE
        owner, id_ = self.people.of(line.head_repository_owner), self._id(head.id, "head", head.full_name)
        name = head.full_name or f"{owner.login}/{self.full_name.partition('/')[2]}"
        self.heads.setdefault(id_, facts.Fork(id_, name, owner, line.created_at.astimezone(UTC), dated=False))
        return id_

    def fork(self, line: records.Fork) -> facts.Fork | None:
        """A direct fork; None if nobody owns it: forks go with their owners."""
        owner, pushed = self.people.of(line.owner), self._maybe(line.pushed_at)
        if owner is GHOST:
            self.gap("forks of which no owner is told do not count")
            return None
        name = line.full_name or f"{owner.login}/{self.full_name.partition('/')[2]}"
        pushes = () if pushed is None else (pushed,)
        created = self.at(line.created_at)
        return facts.Fork(line.id, name, owner, created, pushes, line.archived, dated=pushed is not None)

    def star(self, line: records.Star) -> facts.Star:
        """A star."""
        return facts.Star(self.people.of(line), self.at(line.starred_at))

    def release(self, line: records.Release) -> facts.Release | None:
        """A release; None for a draft."""
        if line.published_at is None or line.draft:
            self.remark("drafts do not count")
            return None
        return facts.Release(
            self._id(line.id, "release", line.tag),
            line.tag,
            self.people.of(line.author),
            self.at(line.created_at),
            self.at(line.published_at),
            line.prerelease,
        )

    def discussion(self, line: records.Discussion) -> facts.Discussion:
        """A discussion."""
        self._count("comments", line.comments, line.comments_total)
        made = [self._comment(each, "said", line.number, place) for place, each in enumerate(line.comments or ())]
        made.sort(key=lambda comment: comment.at)
        return facts.Discussion(
            line.number,
            self._id(line.id, "discussion", line.number),
            self.people.of(line.author),
            self.at(line.created_at),
            tuple(made),
            None if line.answer_id is None else self._id(line.answer_id, "comment"),
            self._maybe(line.answered_at),
            self._maybe(line.closed_at),
        )


def _upper(text: str | None) -> str | None:
    return None if text is None else text.upper()
