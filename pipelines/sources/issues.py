"""GitHub → issues with all their comments and the first closing: who, when.

One row an issue; comments that one page does not hold come in further rows of it.
"""

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
        column("issue_id", pa.string(), "github:issue:<database id>", nullable=False),
        column("number", pa.int32(), "number in the repository", nullable=False),
        column("created_at", TIME, "opened", nullable=False),
        column("updated_at", TIME, "last change that GitHub noticed", nullable=False),
        column("closed_at", TIME, "closed, as it stands now; NULL while open"),
        column("first_closed_at", TIME, "closed for the first time; NULL if never"),
        *person_columns("closed_by", "who closed it first"),
        column("state_reason", pa.string(), "COMPLETED, NOT_PLANNED, REOPENED, DUPLICATE"),
        *person_columns("author", "who opened it"),
        column(
            "author_association",
            pa.string(),
            "of the author with the repository, as it was when fetched",
        ),
        column("comments_total", pa.int64(), "comments that GitHub counts"),
        column("comments", COMMENTS, "comments of this page: the rows of an issue together have all of them"),
        pass_column(),
    ],
)


def fetch(request: Request) -> Iterator[Batch]:
    """Bring what is new of one repository."""
    raise Skipped(f"{request.subject} is not asked for issues yet")


SOURCE = Source(
    name="issues",
    source="github",
    stream="issues",
    description="Issues with every comment: ids, authors, times. A hundred with their comments cost one point.",
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=False,
    resumable=True,
    concurrency=CONCURRENCY,
    pool="github_api",
    needs=NEEDS,
)
