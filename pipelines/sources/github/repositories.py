"""GitHub → metadata and counters of a repository, once a day: what it is called, what is counted, its licence."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from pipelines.sources import Batch, Request, Source
from pipelines.sources.columns import TIME, column, table
from pipelines.sources.github.client.client import GitHub
from pipelines.sources.github.subjects import CONCURRENCY, NEEDS, probed, subjects

SCHEMA = pa.schema(
    [
        column("database_id", pa.int64(), "GitHub's id, which outlives every name"),
        column("full_name", pa.string(), "owner/name as GitHub calls it now", nullable=False),
        column("day", pa.date32(), "day of the snapshot, UTC", nullable=False),
        column("created_at", TIME, "when it was created"),
        column("pushed_at", TIME, "last push to any branch"),
        column("archived", pa.bool_(), "read-only"),
        column("fork", pa.bool_(), "a fork of another"),
        column("parent_full_name", pa.string(), "what it is a fork of"),
        column("parent_database_id", pa.int64(), "GitHub's id of that"),
        column("has_issues", pa.bool_(), "issues are enabled"),
        column("has_discussions", pa.bool_(), "discussions are enabled"),
        column("license_spdx", pa.string(), "SPDX id of the licence; NULL where GitHub recognises none"),
        column("language", pa.string(), "primary language"),
        column("topics", pa.list_(pa.string()), "topics"),
        column("stars", pa.int64(), "stargazers"),
        column("fork_count", pa.int64(), "forks of the whole network"),
        column("direct_forks", pa.int64(), "forks of this repository itself"),
        column("open_issues", pa.int64(), "open issues, change requests not among them"),
        column("issues_total", pa.int64(), "issues, open and closed"),
        column("pull_requests_total", pa.int64(), "change requests"),
        column("releases_total", pa.int64(), "releases"),
        column("discussions_total", pa.int64(), "discussions"),
        column("watchers", pa.int64(), "watchers"),
    ],
)


def fetch(request: Request) -> Iterator[Batch]:
    """Keep what the probe says of one repository today."""
    probe = probed(GitHub.of(request.settings), request)
    row = {
        "database_id": probe.database_id,
        "full_name": probe.full_name,
        "day": request.now.date(),
        "created_at": probe.created_at,
        "pushed_at": probe.pushed_at,
        "archived": probe.archived,
        "fork": probe.fork,
        "parent_full_name": probe.parent,
        "parent_database_id": probe.parent_id,
        "has_issues": probe.has_issues,
        "has_discussions": probe.has_discussions,
        "license_spdx": probe.license_spdx,
        "language": probe.language,
        "topics": list(probe.topics),
        "stars": probe.stars,
        "fork_count": probe.fork_count,
        "direct_forks": probe.forks.total,
        "open_issues": probe.open_issues,
        "issues_total": probe.issues.total,
        "pull_requests_total": probe.pull_requests.total,
        "releases_total": probe.releases.total,
        "discussions_total": probe.discussions.total,
        "watchers": probe.watchers,
    }
    state = {"repository": probe.database_id, "full_name": probe.full_name}
    yield Batch(table([row], SCHEMA), complete=True, state=state)


SOURCE = Source(
    name="repositories",
    source="github",
    stream="repositories",
    description=(
        "One snapshot a day of each repository: names, counters, topics, licence. It costs nothing beside the probe "
        "that tells what has changed."
    ),
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=False,
    resumable=True,
    concurrency=CONCURRENCY,
    daily=True,
    pool="github_api",
    needs=NEEDS,
)
