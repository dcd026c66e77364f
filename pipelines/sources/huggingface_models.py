"""Hugging Face models: what each catalogued organisation publishes, and what others derive from it, as of today.

One fetch lists the organisation, then the models that name one of its models as base, and theirs in turn, breadth
first and each model once. The Hub keeps no history: rows are a snapshot of the day, and each batch stands for itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from pipelines.catalogue import Project
from pipelines.clients import huggingface_model as reading
from pipelines.clients.huggingface import HubClient, Page
from pipelines.errors import SourceError
from pipelines.sources import Batch, Request, Source

REQUESTS = 2_000  # of one fetch: 20 minutes at the anonymous limit of 500 calls in 5 minutes
BATCH_ROWS = 5_000  # rows that memory holds, and that a crash can lose
FAILED_LISTINGS = 3  # in a row: the Hub is not well, and each costs a minute of retries
NAMED_REASONS = 3  # spelt out in the batch's reason; the rest is counted

SCHEMA = pa.schema(
    [
        pa.field("hub_id", pa.string(), metadata={"comment": "the Hub's _id; NULL where the answer lacks it"}),
        pa.field("name", pa.string(), nullable=False),
        pa.field("author", pa.string()),
        pa.field("created_at", pa.timestamp("us", tz="UTC")),
        pa.field("last_modified", pa.timestamp("us", tz="UTC")),
        pa.field("downloads", pa.int64(), metadata={"comment": "of the last 30 days"}),
        pa.field("downloads_all_time", pa.int64()),
        pa.field("likes", pa.int64()),
        pa.field("trending_score", pa.float64()),
        pa.field("pipeline_tag", pa.string()),
        pa.field("library_name", pa.string()),
        pa.field("license", pa.string(), metadata={"comment": "the Hub's licence id, from the tag, else the card"}),
        pa.field("license_name", pa.string(), metadata={"comment": "the card's own name of a licence that has no id"}),
        pa.field("gated", pa.bool_(), metadata={"comment": "whether its files have to be asked for"}),
        pa.field("gating", pa.string(), metadata={"comment": "auto or manual: who grants it"}),
        pa.field("disabled", pa.bool_()),
        pa.field("parameters", pa.int64(), metadata={"comment": "total, of safetensors, else of GGUF"}),
        pa.field("model_type", pa.string(), metadata={"comment": "config.model_type"}),
        pa.field("architecture", pa.string(), metadata={"comment": "gguf.architecture"}),
        pa.field("tags", pa.list_(pa.string())),
        pa.field(
            "base_models",
            pa.list_(pa.struct([("id", pa.string()), ("hub_id", pa.string()), ("relation", pa.string())])),
            metadata={"comment": "from baseModels, tags and card; relation unspecified where untold"},
        ),
        pa.field("children_models", pa.int64(), metadata={"comment": "models that name this one as base"}),
        pa.field("listing", pa.string(), metadata={"comment": "what showed it first: author:ORG or base_model:ID"}),
        pa.field("day", pa.date32(), nullable=False),
    ],
)


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
        self._rows: list[dict[str, Any]] = []
        self._written: set[str] = set()
        self._followed: set[str] = set()
        self._next: dict[str, int] = {}  # models to ask for derivatives, with how many are announced
        self._waiting = 0  # of the generation being asked
        self._missing: list[str] = []
        self._left_out = 0
        self._repeated = 0
        self._sample: str | None = None

    def batches(self) -> Iterator[Batch]:
        yield from self._organizations_own()
        yield from self._derivatives()
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
            for name, _children in generation:
                if self._stops(failed):
                    return
                self._waiting -= 1
                try:
                    yield from self._derivatives_of(name)
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

    def _derivatives_of(self, name: str) -> Iterator[Batch]:
        listing = f"base_model:{name}"
        for page in self._client.models(what=f"the derivatives of {name}", filters=[listing]):
            yield from self._take(page, listing, follow_all=True)

    def _take(self, page: Page, listing: str, *, follow_all: bool) -> Iterator[Batch]:
        self._left_out += page.left_out
        self._repeated += page.repeated
        self._sample = self._sample or page.sample
        for row in page.rows:
            name = reading.text(row["id"]) or ""
            if (follow_all or self._selected(name)) and name not in self._followed:
                self._follow(name, reading.children(row))
            if name not in self._written and not reading.is_bare(row):
                self._written.add(name)
                self._rows.append(self._record(name, row, listing))
        left = self._waiting + len(self._next)
        self._request.progress(f"{len(self._written):,} models, {left:,} more to ask for derivatives")
        if len(self._rows) >= BATCH_ROWS:
            yield Batch(self._table())

    def _selected(self, name: str) -> bool:
        return any(selector.matches(name) for selector in self._request.project.hub)

    def _follow(self, name: str, children: int | None) -> None:
        self._followed.add(name)
        if children != 0 and reading.model_id(name) is not None:
            self._next[name] = children or 0

    def _record(self, name: str, row: dict[str, Any], listing: str) -> dict[str, Any]:
        card = reading.section(row, "cardData")
        disabled = row.get("disabled")
        gated, gating = reading.gated(row.get("gated"))
        return {
            "hub_id": reading.text(row.get("_id")),
            "name": name,
            "author": reading.text(row.get("author")),
            "created_at": reading.moment(row.get("createdAt")),
            "last_modified": reading.moment(row.get("lastModified")),
            "downloads": reading.count(row.get("downloads")),
            "downloads_all_time": reading.count(row.get("downloadsAllTime")),
            "likes": reading.count(row.get("likes")),
            "trending_score": reading.number(row.get("trendingScore")),
            "pipeline_tag": reading.text(row.get("pipeline_tag")),
            "library_name": reading.text(row.get("library_name")),
            "license": reading.licence(row),
            "license_name": reading.text(card.get("license_name")),
            "gated": gated,
            "gating": gating,
            "disabled": disabled if isinstance(disabled, bool) else None,
            "parameters": reading.parameters(row),
            "model_type": reading.text(reading.section(row, "config").get("model_type")),
            "architecture": reading.text(reading.section(row, "gguf").get("architecture")),
            "tags": reading.tags(row),
            "base_models": [vars(base) for base in reading.base_models(row)],
            "children_models": reading.children(row),
            "listing": listing,
            "day": self._request.now.date(),
        }

    def _table(self) -> pa.Table:
        rows, self._rows = self._rows, []
        return pa.Table.from_pylist(rows, schema=SCHEMA)

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
    stream="models",
    description=(
        "One snapshot a day of each catalogued organisation's models on the Hugging Face Hub and of everything derived "
        "from them: counts, licence, parameters, base models. Anonymous by default; HF_TOKEN raises the limits. "
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
