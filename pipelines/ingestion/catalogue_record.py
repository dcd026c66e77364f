"""The catalogue in the lake: a batch whenever it has changed. So what was measured is known as of any day.

Data flows from `ecosystems.toml` to the stream `ecotone/catalogue`; `ecotone rebuild --as-of` reads it back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.catalogue import Catalogue
from pipelines.lake import Lake
from pipelines.lake.manifest import Entry

SOURCE, STREAM = "ecotone", "catalogue"
SCHEMA = pa.schema(
    [
        pa.field("text", pa.string(), nullable=False, metadata={"comment": "ecosystems.toml"}),
        pa.field("regions", pa.binary(), metadata={"comment": "the file that its [regions] names; NULL without one"}),
    ]
)


def record(lake: Lake, catalogue: Catalogue, now: datetime) -> None:
    """Write the catalogue to the lake, which is open for writing, unless its newest one is the same."""
    last = lake.manifest.last(SOURCE, STREAM, STREAM)
    if last is not None and (last.state or {}).get("sha256") == catalogue.sha256:
        return
    lake.append(
        pa.table({"text": [catalogue.text], "regions": [catalogue.regions_bytes]}, schema=SCHEMA),
        source=SOURCE,
        stream=STREAM,
        subject=STREAM,
        fetched_at=now,
        listing=lake.new_id(),
        complete=True,
        state={"sha256": catalogue.sha256},
    )


def recorded(lake: Lake, until: datetime) -> Catalogue | None:
    """The catalogue as of that moment; None if the lake had none yet.

    Raises:
        CatalogueError: this ecotone reads it no longer.
    """
    return _newest(lake, lambda entry: entry.fetched_at <= until)


def of_hash(lake: Lake, sha256: str) -> Catalogue | None:
    """The catalogue with that hash; None if the lake never had it. Raises as `recorded`."""
    return _newest(lake, lambda entry: (entry.state or {}).get("sha256") == sha256)


def _newest(lake: Lake, meant: Callable[[Entry], bool]) -> Catalogue | None:
    found = [
        pair
        for pair in lake.manifest.originals()
        if (pair[0].source, pair[0].stream) == (SOURCE, STREAM) and meant(pair[0])
    ]
    if not found:
        return None
    entry, path = max(found, key=lambda pair: (pair[0].fetched_at, pair[0].batch))
    (row,) = pq.read_table(lake.root / path, filters=[("_batch", "=", entry.batch)]).to_pylist()
    return Catalogue.parse(
        row["text"], file=f"ecosystems.toml of {entry.fetched_at:%Y-%m-%d}", regions_bytes=row.get("regions")
    )
