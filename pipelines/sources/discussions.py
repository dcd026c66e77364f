"""GitHub → discussions with their comments and replies."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from pipelines.errors import Skipped
from pipelines.sources import Batch, Request, Source
from pipelines.sources.github_columns import COMMENTS, TIME, column, pass_column, person_columns, repository_column
from pipelines.sources.github_streams import CONCURRENCY, NEEDS, subjects

SCHEMA = pa.schema(
    [
        repository_column(),
        column("discussion_id", pa.string(), "github:discussion:<database id>", nullable=False),
        column("number", pa.int32(), "number in the repository", nullable=False),
        column("created_at", TIME, "opened", nullable=False),
        column("updated_at", TIME, "last change that GitHub noticed", nullable=False),
        column("closed_at", TIME, "closed"),
        column("answered_at", TIME, "an answer was chosen"),
        *person_columns("author", "who opened it"),
        column("comments_total", pa.int64(), "comments that GitHub counts, replies not among them"),
        column("comments", COMMENTS, "comments and replies of this page"),
        pass_column(),
    ],
)


def fetch(request: Request) -> Iterator[Batch]:
    """Bring what is new of one repository."""
    raise Skipped(f"{request.subject} is not asked for discussions yet")


SOURCE = Source(
    name="discussions",
    source="github",
    stream="discussions",
    description="Discussions with every comment and reply: ids, authors, times. A hundred a point, replies apart.",
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=False,
    resumable=True,
    concurrency=CONCURRENCY,
    pool="github_api",
    needs=NEEDS,
)
