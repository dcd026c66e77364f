"""GitHub → who starred a repository when."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from pipelines.errors import Skipped
from pipelines.sources import Batch, Request, Source
from pipelines.sources.github_columns import TIME, column, pass_column, repository_column
from pipelines.sources.github_streams import CONCURRENCY, NEEDS, subjects

SCHEMA = pa.schema(
    [
        repository_column(),
        column("account_key", pa.string(), "account:<database id>", nullable=False),
        column("account_login", pa.string(), "login when it was fetched", nullable=False),
        column("starred_at", TIME, "starred", nullable=False),
        pass_column(),
    ],
)


def fetch(request: Request) -> Iterator[Batch]:
    """Bring what is new of one repository."""
    raise Skipped(f"{request.subject} is not asked for stargazers yet")


SOURCE = Source(
    name="stargazers",
    source="github",
    stream="stargazers",
    description="Stars that stand, dated, with the account that gave them. A hundred to a point.",
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=False,
    resumable=True,
    concurrency=CONCURRENCY,
    pool="github_api",
    needs=NEEDS,
)
