"""GitHub → the policies and templates of a repository, once a week, and its security advisories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from pipelines.errors import TerminalError
from pipelines.sources import Batch, Request, Source
from pipelines.sources.columns import column, table
from pipelines.sources.github.client.client import GitHub, load_document
from pipelines.sources.github.columns import ADVISORIES, Node, repository_column
from pipelines.sources.github.subjects import CONCURRENCY, NEEDS, probed, subjects

EVERY = timedelta(days=7)

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
    """Look at one repository, if the last look was a week ago."""
    today = request.now.date()
    if request.state is not None and today - date.fromisoformat(request.state["day"]) < EVERY:
        return
    client = GitHub.of(request.settings)
    full_name = probed(client, request).full_name
    owner, _, name = full_name.partition("/")
    what = f"community profile of {full_name}"
    answer = client.ask(
        load_document("community"), {"owner": owner, "name": name}, what=what, progress=request.progress
    )
    row = _row(answer.data["repository"]) | {"day": today, "advisories": _advisories(client, full_name, request)}
    missing = "; ".join(f"{what}: {problem.message}" for problem in answer.errors) or None
    yield Batch(table([row], SCHEMA), complete=missing is None, state={"day": str(today)}, reason=missing)


def _row(node: Node) -> dict[str, Any]:
    return {
        "repository_id": f"github:{node['databaseId']}",
        "readme": any(_has_readme(node[folder]) for folder in ("root", "dotGithub", "docs")),
        "license_spdx": (node["licenseInfo"] or {}).get("spdxId"),
        "code_of_conduct": node["codeOfConduct"] is not None,
        "contributing": node["contributingGuidelines"] is not None,
        "security_policy": node["isSecurityPolicyEnabled"],
        "issue_templates": len(node["issueTemplates"] or ()),
        "pull_request_templates": len(node["pullRequestTemplates"] or ()),
    }


def _has_readme(folder: Mapping[str, Any] | None) -> bool:
    entries = (folder or {}).get("entries") or ()
    return any(entry["name"].lower().partition(".")[0] == "readme" for entry in entries)


def _advisories(client: GitHub, full_name: str, request: Request) -> list[dict[str, Any]] | None:
    """The published ones; None where the token may not ask, which is not the same as none."""
    try:
        return client.by_rest(
            lambda rest: [
                {
                    "ghsa_id": advisory.ghsa_id,
                    "severity": advisory.severity,
                    "reported_at": advisory.created_at,
                    "published_at": advisory.published_at,
                    # GitHub dates no fix: it is known by the day on which it was published with one
                    "fixed_at": advisory.published_at
                    if any(each.patched_versions for each in advisory.vulnerabilities or ())
                    else None,
                }
                for advisory in rest.get_repo(full_name).get_repository_advisories()
            ],
            what=f"security advisories of {full_name}",
            progress=request.progress,
        )
    except TerminalError:
        return None


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
