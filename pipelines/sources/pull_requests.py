"""GitHub → change requests with reviews, comments, readiness, merge and head.

One row each; reviews and comments that one page does not hold come in further rows of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from pipelines.errors import Skipped
from pipelines.sources import Batch, Request, Source
from pipelines.sources.github_columns import (
    COMMENTS,
    REVIEWS,
    TIME,
    column,
    pass_column,
    person_columns,
    repository_column,
)
from pipelines.sources.github_streams import CONCURRENCY, NEEDS, subjects

SCHEMA = pa.schema(
    [
        repository_column(),
        column("pull_request_id", pa.string(), "github:pull:<database id>", nullable=False),
        column("number", pa.int32(), "number in the repository", nullable=False),
        column("created_at", TIME, "opened", nullable=False),
        column("updated_at", TIME, "last change that GitHub noticed", nullable=False),
        column("is_draft", pa.bool_(), "a draft now", nullable=False),
        column("ready_at", TIME, "first marked as ready for review; NULL if it never was a draft or still is one"),
        column("merged_at", TIME, "merged"),
        column("closed_at", TIME, "closed or merged, as it stands now"),
        *person_columns("closed_by", "who closed it as it stands now"),
        *person_columns("merged_by", "who merged it"),
        *person_columns("author", "who opened it"),
        column("author_association", pa.string(), "of the author with the repository, as it was when fetched"),
        column(
            "head_repository_id",
            pa.string(),
            "github:<database id> of where it comes from; NULL where that is gone",
        ),
        column("head_owner_key", pa.string(), "key of its owner"),
        column("comments_total", pa.int64(), "comments that GitHub counts, those on lines not among them"),
        column("comments", COMMENTS, "comments of this page"),
        column("reviews_total", pa.int64(), "reviews that GitHub counts"),
        column("reviews", REVIEWS, "reviews of this page"),
        pass_column(),
    ],
)


def fetch(request: Request) -> Iterator[Batch]:
    """Bring what is new of one repository."""
    raise Skipped(f"{request.subject} is not asked for pull_requests yet")


SOURCE = Source(
    name="pull_requests",
    source="github",
    stream="pull_requests",
    description="Change requests with every review and comment: ids, authors, times. A hundred cost one point.",
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=False,
    resumable=True,
    concurrency=CONCURRENCY,
    pool="github_api",
    needs=NEEDS,
)
