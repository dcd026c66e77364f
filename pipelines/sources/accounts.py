"""GitHub → the accounts of those who contributed, and which account an e-mail's hash belongs to, by one commit each."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from pipelines.errors import Skipped
from pipelines.sources import Batch, Request, Source
from pipelines.sources.github_columns import TIME, column
from pipelines.sources.github_streams import CONCURRENCY, NEEDS, subjects

SCHEMA = pa.schema(
    [
        column("account_key", pa.string(), "account:<database id>", nullable=False),
        column("account_login", pa.string(), "login when it was fetched", nullable=False),
        column("account_type", pa.string(), "User, Organization, Bot or Mannequin", nullable=False),
        column("company", pa.string(), "as people write it in their profile"),
        column("created_at", TIME, "account created"),
        column("email_key", pa.string(), "email:<hash> of a commit of the account; NULL where looked up by login"),
        column("day", pa.date32(), "day of the look, UTC", nullable=False),
    ],
)


def fetch(request: Request) -> Iterator[Batch]:
    """Bring what is new of one repository."""
    raise Skipped(f"{request.subject} is not asked for accounts yet")


SOURCE = Source(
    name="accounts",
    source="github",
    stream="accounts",
    description="Type and company of contributors, and the account behind each e-mail of the commits, by the hundred.",
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=False,
    resumable=True,
    concurrency=CONCURRENCY,
    after=("git/commits", "github/issues", "github/pull_requests", "github/discussions"),
    pool="github_api",
    needs=NEEDS,
)
