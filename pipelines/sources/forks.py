"""GitHub → forks of a repository: when, whose, and when last pushed to."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from pipelines.errors import Skipped
from pipelines.sources import Batch, Request, Source
from pipelines.sources.github_columns import TIME, column, pass_column, person_columns, repository_column
from pipelines.sources.github_streams import CONCURRENCY, NEEDS, subjects

SCHEMA = pa.schema(
    [
        repository_column(),
        column("fork_id", pa.string(), "github:<database id> of the fork", nullable=False),
        column("full_name", pa.string(), "owner/name of the fork", nullable=False),
        *person_columns("owner", "the owner"),
        column("created_at", TIME, "forked", nullable=False),
        column("pushed_at", TIME, "last push"),
        column("archived", pa.bool_(), "read-only"),
        pass_column(),
    ],
)


def fetch(request: Request) -> Iterator[Batch]:
    """Bring what is new of one repository."""
    raise Skipped(f"{request.subject} is not asked for forks yet")


SOURCE = Source(
    name="forks",
    source="github",
    stream="forks",
    description="Direct forks, dated, with their owners; those pushed to since are asked again. A hundred a point.",
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=False,
    resumable=True,
    concurrency=CONCURRENCY,
    pool="github_api",
    needs=NEEDS,
)
