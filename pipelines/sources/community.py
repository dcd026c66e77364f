"""GitHub → the policies and templates of a repository, once a week, and its security advisories."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from pipelines.errors import Skipped
from pipelines.sources import Batch, Request, Source
from pipelines.sources.github_columns import ADVISORIES, column, repository_column
from pipelines.sources.github_streams import CONCURRENCY, NEEDS, subjects

SCHEMA = pa.schema(
    [
        repository_column(),
        column("day", pa.date32(), "day of the look, UTC", nullable=False),
        column("readme", pa.bool_(), "there is a README"),
        column("license_spdx", pa.string(), "SPDX id; NULL where GitHub recognises none"),
        column("code_of_conduct", pa.bool_(), "there is one"),
        column("contributing", pa.bool_(), "there is a contributing guide"),
        column("security_policy", pa.bool_(), "there is one"),
        column("issue_templates", pa.int32(), "templates for issues"),
        column("pull_request_templates", pa.int32(), "templates for change requests"),
        column("advisories", ADVISORIES, "published security advisories; NULL where they could not be asked for"),
    ],
)


def fetch(request: Request) -> Iterator[Batch]:
    """Bring what is new of one repository."""
    raise Skipped(f"{request.subject} is not asked for community yet")


SOURCE = Source(
    name="community",
    source="github",
    stream="community",
    description=(
        "Which of README, licence, code of conduct, contributing guide, security policy and templates there are; "
        "security advisories by REST. Weekly."
    ),
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=False,
    resumable=True,
    concurrency=CONCURRENCY,
    pool="github_api",
    needs=NEEDS,
)
