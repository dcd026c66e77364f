"""What the loopback GitHub says instead of an answer, in GitHub's own forms: statuses, messages, GraphQL's errors."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError

from pipelines.sandbox.github.server.faults import STATUS, Fault

SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
DOCS = "https://docs.github.com/graphql"
_WRONG = "Something went wrong while executing your query."
_SCOPES = (
    "Your token has not been granted the required scopes to execute this query. The 'email' field requires one of "
    "the following scopes: ['user:email', 'read:user'], but your token has only been granted the: [''] scopes."
)
MESSAGES = {
    "timeout": ("TIMEOUT", f"{_WRONG} This may be the result of a timeout, or it could be a GitHub bug."),
    "internal": ("INTERNAL", f"{_WRONG} Please include `SIM0:0` when reporting this issue."),
    "unavailable": ("SERVICE_UNAVAILABLE", "The service is temporarily unavailable."),
    "too-much": ("RESOURCE_LIMITS_EXCEEDED", "Resource limits for this query exceeded."),
    "secondary-200": ("RATE_LIMITED", SECONDARY),
    "scopes": ("INSUFFICIENT_SCOPES", _SCOPES),
}
"""GraphQL's errors that come without data, by the kind of the fault."""


@dataclass
class Reply:
    """What is sent back, and how.

    Attributes:
        wait: seconds before it is sent.
        cut: the connection is closed in its middle.
        dropped: the connection is closed without it.
        silent: the connection is held, and nothing is sent.
        drip: seconds between two bytes of the body; 0: all at once.
        zipped: whether the body is compressed by gzip.
    """

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    cut: bool = False
    dropped: bool = False
    silent: bool = False
    drip: float = 0.0
    zipped: bool = False


def as_json(status: int, value: Any) -> Reply:
    """A reply whose body is that value."""
    return Reply(status, json.dumps(value).encode())


def errors_of(*errors: GraphQLError) -> dict[str, Any]:
    """Errors as GitHub writes them: `type` beside the message."""
    found = []
    for error in errors:
        extensions = dict(error.extensions or {})
        row: dict[str, Any] = {"message": error.message}
        if "type" in extensions:
            row = {"type": extensions.pop("type"), **row}
        if error.path:
            row["path"] = list(error.path)
        if extensions:
            row["extensions"] = extensions
        found.append(row)
    return {"errors": found}


def secondary(status: int, retry_after: int | None) -> Reply:
    """A secondary limit, which some servers only tell in words."""
    said = {"message": SECONDARY, "documentation_url": DOCS}
    reply = as_json(status, said if status == 200 else {**said, "status": str(status)})  # noqa: PLR2004 - no refusal
    if retry_after is not None:
        reply.headers["Retry-After"] = str(retry_after)
    return reply


def instead(fault: Fault, retry_after: int, endpoint: str) -> Reply | None:  # noqa: PLR0911 - a list of ways to be refused
    """What a fault answers before anybody looks at the question; None if the question is answered."""
    kind = fault.kind
    if kind in {"secondary", "secondary-429", "secondary-message"}:
        return secondary({"secondary": 403, "secondary-429": 429, "secondary-message": 200}[kind], retry_after)
    if kind == "secondary-bare":
        return secondary(403, None)
    if kind == "dropped":
        return Reply(200, b"", dropped=True)
    if kind == "silent":
        return Reply(200, b"", silent=True)
    if kind == "busy":
        return Reply(503, b"", {"Content-Type": "text/html", "Retry-After": str(retry_after)})
    if kind == "redirect":
        return Reply(302, b"", {"Location": fault.to})
    if kind == "sso":
        reply = as_json(403, {"message": "Resource protected by organization SAML enforcement.", "status": "403"})
        reply.headers["X-GitHub-SSO"] = f"required; url={endpoint}/orgs/made-up/sso"
        return reply
    if STATUS.fullmatch(kind):
        page = b"<html><head><title>502 Bad Gateway</title></head></html>"
        return Reply(int(kind), page, {"Content-Type": "text/html"})
    return None
