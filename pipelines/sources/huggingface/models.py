"""Hugging Face models: what each catalogued organisation publishes, and what others derive from it, as of today.

One fetch lists the organisation, then the models that name one of its models as base, and theirs in turn, breadth
first and each model once. What was there before and is in no listing any more is asked for by its id: it has gone, has
another name, or names another base now. The Hub keeps no history: rows are a snapshot of the day, and each batch stands
for itself. `pipelines.sources.changes` writes them as changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from pipelines.catalogue import Project
from pipelines.errors import Denied, Gone, SourceError
from pipelines.sources import Batch, Request, Source, untrusted
from pipelines.sources.changes import Memory
from pipelines.sources.huggingface.client import model as reading
from pipelines.sources.huggingface.client.client import HubClient, Page
from pipelines.sources.huggingface.columns import NAMED, SCHEMA, SHAPE, key_of, record

STREAM = "huggingface/models"
REQUESTS = 2_000  # of one fetch: 20 minutes at the anonymous limit of 500 calls in 5 minutes
BATCH_ROWS = 5_000  # rows that memory holds, and that a crash can lose
FAILED_LISTINGS = 3  # in a row: the Hub is not well, and each costs a minute of retries
NAMED_REASONS = 3  # spelt out in the batch's reason; the rest is counted
ASKED_BY_ID = 200  # of one fetch: a call each; on most days a handful has gone


def subjects(project: Project) -> list[str]:
    """`hf-org:NAME` of each organisation that the project selects from, each once."""
    return [f"hf-org:{organization}" for organization in project.organizations]


def fetch(request: Request) -> Iterator[Batch]:
    """The organisation's models and everything derived from them, as snapshots of `request.now`'s day (UTC).

    Raises:
        SourceError: the organisation's own listing could not be had at all. What breaks later ends the fetch
            incomplete, with the reason.
    """
    yield from _Walk(request).batches()


class _Walk:
    """One fetch: which models were seen, which are still to be asked for derivatives, what went missing."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._organization = request.subject.removeprefix("hf-org:")
        settings = request.settings
        self._client = HubClient(settings.hf_endpoint, settings.hf_token, progress=request.progress)
        self._memory = Memory(SHAPE, request.read, STREAM, request.now)
        self._rows: list[dict[str, Any]] = []
        self._gone: dict[str, str] = {}
        self._seen: set[str] = set()  # keys of models, and their names
        self._followed: set[str] = set()
        self._next: dict[str, int] = {}  # models to ask for derivatives, with how many are announced
        self._waiting = 0  # of the generation being asked
        self._missing: list[str] = []
        self._left_out = 0
        self._repeated = 0
        self._written = 0
        self._sample: str | None = None

    def batches(self) -> Iterator[Batch]:
        yield from self._organizations_own()
        own_is_whole = self._is_whole()
        yield from self._derivatives()
        self._ask_for_the_absent(own=own_is_whole, others=self._is_whole())
        reason = self._reason()
        yield Batch(
            self._table(),
            complete=reason is None,
            state={"sample": self._sample} if reason is None else None,
            reason=reason or self._sample,
        )

    def _organizations_own(self) -> Iterator[Batch]:
        pages = 0
        try:
            for page in self._client.models(what=f"the models of {self._organization}", author=self._organization):
                pages += 1
                yield from self._take(page, f"author:{self._organization}", follow_all=False)
        except SourceError as error:
            if not pages:
                raise
            self._missing.append(str(error))

    def _derivatives(self) -> Iterator[Batch]:
        """Listing after listing, a generation at a time, the most derived models first: a cap then costs least."""
        failed = 0
        while self._next:
            generation, self._next = sorted(self._next.items(), key=lambda item: (-item[1], item[0])), {}
            self._waiting = len(generation)
            for name, children in generation:
                if self._stops(failed):
                    return
                self._waiting -= 1
                try:
                    yield from self._derivatives_of(name, children)
                    failed = 0
                except SourceError as error:
                    self._missing.append(str(error))
                    failed += 1

    def _stops(self, failed: int) -> bool:
        """True if no more may be asked; the reason then stands first."""
        if self._client.requests >= REQUESTS:
            why = f"the cap of {REQUESTS:,} requests was reached"
        elif failed == FAILED_LISTINGS:
            why = f"{failed} listings failed in a row"
        else:
            return False
        self._missing.insert(0, f"{why}: {self._waiting + len(self._next):,} models were not asked for derivatives")
        return True

    def _derivatives_of(self, name: str, announced: int) -> Iterator[Batch]:
        listing = f"base_model:{name}"
        what = f"the derivatives of {name}"
        for page in self._client.models(what=what, filters=[listing], announced=announced or None):
            yield from self._take(page, listing, follow_all=True)

    def _take(self, page: Page, listing: str, *, follow_all: bool) -> Iterator[Batch]:
        self._left_out += page.left_out
        self._repeated += page.repeated
        self._sample = self._sample or page.sample
        for row in page.rows:
            name = untrusted.text(row["id"]) or ""
            if (follow_all or self._selected(name)) and name not in self._followed:
                self._follow(name, reading.children(row))
            self._write(name, row, listing)
        left = self._waiting + len(self._next)
        self._request.progress(f"{self._written:,} models, {left:,} more to ask for derivatives")
        if len(self._rows) >= BATCH_ROWS:
            yield Batch(self._table())

    def _selected(self, name: str) -> bool:
        return any(selector.matches(name) for selector in self._request.project.hub)

    def _follow(self, name: str, children: int | None) -> None:
        self._followed.add(name)
        if children != 0 and reading.model_id(name) is not None:
            self._next[name] = children or 0

    def _write(self, name: str, row: dict[str, Any], listing: str) -> None:
        key = key_of(untrusted.text(row.get("_id")), name)
        if reading.is_bare(row) or self._seen & {key, name}:
            return
        self._seen |= {key, name}
        self._written += 1
        self._rows.append(record(name, row, listing, self._request.now.date()))

    def _is_whole(self) -> bool:
        """Whether what was listed so far is all that there is: only then it means something to be absent."""
        return not (self._missing or self._left_out or self._repeated or self._sample)

    def _ask_for_the_absent(self, *, own: bool, others: bool) -> None:
        """Ask by id for the models that were listed before; what a whole listing of their own lacks needs no answer.

        Args:
            own: whether the listing of the organisation is whole.
            others: whether all listings are.
        """
        lost = {
            key: known.name
            for key, known in self._memory.known.items()
            if not known.gone and not self._seen & {key, known.name}
        }
        ours = [key for key, name in lost.items() if own and self._is_ours(name)]
        absent = ours + [key for key, name in lost.items() if others and not self._is_ours(name)]
        failed = 0
        for place, key in enumerate(absent):
            if place == ASKED_BY_ID or failed == FAILED_LISTINGS or self._client.requests >= REQUESTS:
                unasked = [other for other in absent[place:] if other not in ours]
                self._gone.update({other: self._not_listed() for other in absent[place:] if other in ours})
                if unasked:
                    self._missing.append(f"models no longer listed that are still to be asked for: {len(unasked):,}")
                return
            try:
                self._ask_for(key, lost[key])
                failed = 0
            except SourceError as error:
                failed += 1
                if key in ours:
                    self._gone[key] = self._not_listed()
                else:
                    self._missing.append(str(error))

    def _ask_for(self, key: str, name: str) -> None:
        try:
            row = self._client.model(name)
        except Denied:
            raise
        except Gone as gone:
            self._gone[key] = str(gone)
            return
        now = untrusted.text(row.get("id")) or name
        if key.startswith(NAMED) or key_of(untrusted.text(row.get("_id")), now) == key:
            self._write(now, row, f"id:{name}")
        else:
            self._gone[key] = f"the model {name}: another one has its name now"

    def _is_ours(self, name: str) -> bool:
        return name.partition("/")[0].lower() == self._organization.lower()

    def _not_listed(self) -> str:
        return f"not in the whole listing of {self._organization}"

    def _table(self) -> pa.Table:
        rows, self._rows = self._rows, []
        gone, self._gone = self._gone, {}
        return self._memory.encoded(rows, gone, self._request.now.date())

    def _reason(self) -> str | None:
        """What is missing and why, None if nothing is."""
        reasons = self._missing[:NAMED_REASONS]
        if len(self._missing) > NAMED_REASONS:
            reasons.append(f"listings that ended early besides: {len(self._missing) - NAMED_REASONS:,}")
        if self._left_out:
            reasons.append(f"rows left out because they had no id: {self._left_out:,}")
        if self._repeated:
            reasons.append(f"pages that came twice, so that others may be missing: {self._repeated:,}")
        return "; ".join(reasons) or None


SOURCE = Source(
    name="huggingface_models",
    source="huggingface",
    stream=STREAM.partition("/")[2],
    description=(
        "One snapshot a day of each catalogued organisation's models on the Hugging Face Hub and of everything derived "
        "from them, written as changes: counts, licence, parameters, formats, base models. Anonymous by default; "
        "HF_TOKEN raises the limits. "
        f"At most {REQUESTS:,} calls an organisation. The Hub keeps no history: a missed day is lost."
    ),
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=False,
    daily=True,
    pool="huggingface_api",
    kinds=frozenset({"huggingface"}),
)
