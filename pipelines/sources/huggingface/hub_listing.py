"""The whole Hub, from a listing that somebody else has made: what shares are shares of, and how far families reach.

The catalogue's models are known by asking for them; how large the rest is, no amount of asking tells. A listing of all
models as Parquet does, read from a file that a setting names. It is one listing for all projects, brought once.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from pipelines.catalogue import Project
from pipelines.errors import Skipped, TerminalError
from pipelines.sources import Batch, Request, Source
from pipelines.sources.huggingface.client import listing as hub_listing
from pipelines.sources.huggingface.client.listing import HubListing

SUBJECT = "hf-hub:models"
DAY = pa.field("day", pa.date32(), nullable=False, metadata={"comment": "day of the listing's newest model or change"})
SCHEMA = hub_listing.SCHEMA.append(DAY)


def subjects(project: Project) -> list[str]:
    """The same one for every project that has something on the Hub."""
    return [SUBJECT] if project.hub else []


def fetch(request: Request) -> Iterator[Batch]:
    """All models of the listing, as of its own day; nothing if it is the one that was brought before.

    Raises:
        Skipped: no listing is named.
        TerminalError: it cannot be read, or tells no time.
    """
    place = request.settings.hub_listing
    if not place:
        raise Skipped(
            "the whole Hub is not known: set ECOTONE_HUB_LISTING to a listing of all its models as Parquet, a file or "
            "a folder of parts. With it: shares of all downloads and all derivatives, not only of what is catalogued."
        )
    listing = HubListing.open(place)
    if request.state is not None and request.state.get("digest") == listing.digest:
        return
    newest = listing.newest(request.now)
    if newest is None:
        raise TerminalError(f"ECOTONE_HUB_LISTING={place}: no row has a createdAt up to now: its day is not known.")
    left_out = rows = 0
    for table, nameless in listing.tables():
        left_out += nameless
        rows += table.num_rows
        request.progress(f"{rows:,} models of the whole Hub")
        yield Batch(table.append_column(DAY, pa.repeat(pa.scalar(newest.date(), pa.date32()), table.num_rows)))
    yield Batch(
        SCHEMA.empty_table(),
        complete=True,
        state={"digest": listing.digest, "observed_until": newest.isoformat(), "total": rows},
        reason=f"rows left out because they had no id: {left_out:,}" if left_out else None,
    )


SOURCE = Source(
    name="huggingface_hub_listing",
    source="huggingface",
    stream="hub_listing",
    description=(
        "All models of the Hub at one time, from a Parquet file that ECOTONE_HUB_LISTING names (the columns of "
        "/api/models, as public statistics of the Hub have): what shares are shares of. Nothing is asked of the Hub."
    ),
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    kinds=frozenset({"huggingface"}),
)
