"""GitHub → releases of a repository."""

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
        column("release_id", pa.string(), "github:release:<database id>", nullable=False),
        column("tag", pa.string(), "name of the tag", nullable=False),
        column("created_at", TIME, "created", nullable=False),
        column("published_at", TIME, "published; NULL for a draft"),
        column("prerelease", pa.bool_(), "marked as not for production", nullable=False),
        column("draft", pa.bool_(), "not published", nullable=False),
        *person_columns("author", "who made it"),
        pass_column(),
    ],
)


def fetch(request: Request) -> Iterator[Batch]:
    """Bring what is new of one repository."""
    raise Skipped(f"{request.subject} is not asked for releases yet")


SOURCE = Source(
    name="releases",
    source="github",
    stream="releases",
    description="Releases with their tag, times and author. A hundred to a point.",
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=False,
    resumable=True,
    concurrency=CONCURRENCY,
    pool="github_api",
    needs=NEEDS,
)
