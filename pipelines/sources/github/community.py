"""GitHub → the policies and templates of a repository, once a week, and its security advisories.

Two halves: GraphQL has the policies, REST the advisories. Where one fails for now, the other is kept, and both are
asked for in the next run. What GitHub refuses for good is NULL, and told with the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from pipelines.errors import Paused, SourceError, TransientError
from pipelines.sources import Batch, Request, Source
from pipelines.sources.columns import TIME, column, table
from pipelines.sources.github.client.client import Answer, GitHub, load_document
from pipelines.sources.github.client.errors import absent, is_final
from pipelines.sources.github.columns import ADVISORIES, Node, moment, repository_column
from pipelines.sources.github.subjects import CONCURRENCY, NEEDS, probed, subjects

EVERY = timedelta(days=7)
AI_FILES = (
    ("AGENTS.md", "root", "agents"),
    ("AI_POLICY.md", "root", "policy"),
    ("CLAUDE.md", "root", "claude"),
    (".github/copilot-instructions.md", "dotGithub", "copilot"),
)
"""Path, the folder's name in the query, and that of the file's history."""
AI_POLICIES = pa.list_(pa.struct([pa.field("path", pa.string()), pa.field("changed_at", TIME)]))

SCHEMA = pa.schema(
    [
        repository_column(),
        column("day", pa.date32(), "day of the look, UTC", nullable=False),
        column("readme", pa.bool_(), "there is a README; NULL where that could not be asked for"),
        column("license_spdx", pa.string(), "SPDX id; NULL where GitHub recognises none"),
        column("code_of_conduct", pa.bool_(), "there is one"),
        column("contributing", pa.bool_(), "there is a contributing guide"),
        column("security_policy", pa.bool_(), "there is one"),
        column("issue_templates", pa.int32(), "templates for issues"),
        column("pull_request_templates", pa.int32(), "templates for change requests"),
        column(
            "ai_policies",
            AI_POLICIES,
            "files at HEAD that tell AI agents or their users what to do, with their last change",
        ),
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
    found = answer.data.get("repository")
    if found is None:
        raise absent(answer, what, "repository")
    advisories, failure = _advisories(client, full_name, request)
    row = _row(found, _unknown(answer)) | {"day": today, "advisories": advisories}
    for_now = any(not is_final(problem) for problem in answer.errors) or isinstance(failure, TransientError | Paused)
    remarks = [f"{what}: {problem.message}" for problem in answer.errors] + ([str(failure)] if failure else [])
    state = None if for_now else {"day": str(today)}
    yield Batch(table([row], SCHEMA), complete=not for_now, state=state, reason="; ".join(remarks) or None)


def _unknown(answer: Answer) -> set[str]:
    """The fields that are null because of an error, which is not the same as none being there."""
    return {str(problem.path[1]) for problem in answer.errors if len(problem.path) > 1}


def _row(node: Node, unknown: AbstractSet[str]) -> dict[str, Any]:
    known = {name: None if unknown & set(fields) else value(node) for name, (fields, value) in FIELDS.items()}
    return {"repository_id": f"github:{node['databaseId']}", **known}


def _is_there(field: str) -> tuple[tuple[str, ...], Callable[[Node], Any]]:
    return (field,), lambda node: node[field] is not None


def _how_many(field: str) -> tuple[tuple[str, ...], Callable[[Node], Any]]:
    return (field,), lambda node: len(node[field] or ())


def _ai_policies(node: Node) -> list[dict[str, Any]]:
    """Those that are there, with the time of the last commit that changed them; NULL where that is not told."""
    found = []
    for path, folder, history in AI_FILES:
        entries = (node[folder] or {}).get("entries") or ()
        if any(entry["name"] == path.rpartition("/")[2] for entry in entries):
            changes = ((node["head"] or {}).get(history) or {}).get("nodes") or ()
            changed_at = next((moment(each["committedDate"]) for each in changes if each), None)
            found.append({"path": path, "changed_at": changed_at})
    return found


def _has_readme(folder: Node | None) -> bool:
    entries = (folder or {}).get("entries") or ()
    return any(entry["name"].lower().partition(".")[0] == "readme" for entry in entries)


FOLDERS = ("root", "dotGithub", "docs")  # in which GitHub looks for a README
FIELDS: Mapping[str, tuple[tuple[str, ...], Callable[[Node], Any]]] = {
    "readme": (FOLDERS, lambda node: any(_has_readme(node[folder]) for folder in FOLDERS)),
    "license_spdx": (("licenseInfo",), lambda node: (node["licenseInfo"] or {}).get("spdxId")),
    "code_of_conduct": _is_there("codeOfConduct"),
    "contributing": _is_there("contributingGuidelines"),
    "security_policy": (("isSecurityPolicyEnabled",), lambda node: node["isSecurityPolicyEnabled"]),
    "issue_templates": _how_many("issueTemplates"),
    "pull_request_templates": _how_many("pullRequestTemplates"),
    "ai_policies": (("root", "dotGithub", "head"), _ai_policies),
}
"""Each column: the fields of GraphQL's that it is read from, and how."""


def _advisories(
    client: GitHub, full_name: str, request: Request
) -> tuple[list[dict[str, Any]] | None, SourceError | None]:
    """The published ones; None where they could not be asked for, which is not the same as none, and why."""
    try:
        told = client.rest_rows(
            f"/repos/{full_name}/security-advisories",
            what=f"security advisories of {full_name}",
            progress=request.progress,
        )
    except SourceError as error:
        return None, error
    return [_advisory(each) for each in told if isinstance(each, dict)], None


def _advisory(told: Node) -> dict[str, Any]:
    """One of them; a part that has another form than it should have is unknown."""
    published = _moment(told.get("published_at"))
    parts = told.get("vulnerabilities")
    affected = [each for each in parts if isinstance(each, dict)] if isinstance(parts, list) else []
    return {
        "ghsa_id": _text(told.get("ghsa_id")),
        "severity": _text(told.get("severity")),
        "reported_at": _moment(told.get("created_at")),
        "published_at": published,
        # GitHub dates no fix: it is known by the day on which it was published with one
        "fixed_at": published if any(each.get("patched_versions") for each in affected) else None,
    }


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _moment(value: object) -> datetime | None:
    try:
        return moment(value) if isinstance(value, str) else None
    except ValueError:
        return None


SOURCE = Source(
    name="community",
    source="github",
    stream="community",
    description=(
        "Which of README, AI policies, licence, code of conduct, contributing guide, security policy and templates "
        "there are; security advisories by REST. Weekly."
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
