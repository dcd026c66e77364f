"""Columns that GitHub's streams share, and the reading of people, times and ids from GraphQL's nodes.

A person is three columns: `<role>_key` (`account:<database id>`, `login:<login>` where GitHub gives no id, NULL where
the account was deleted), `<role>_login` and `<role>_type`. Every row names its repository by database id: what it is
called changes, and names are used again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from pipelines.sources.columns import ACTOR, NAME, TIME, column

KEY_COMMENT = "account:<database id>, login:<login> without one; NULL where the account was deleted"
TYPE_COMMENT = "User, Organization, Bot, Mannequin or EnterpriseUserAccount"
REVIEWS = pa.list_(
    pa.struct(
        [
            pa.field("review_id", pa.string()),
            *ACTOR,
            pa.field("submitted_at", TIME),
            pa.field("state", pa.string()),
        ]
    )
)
EVENTS = pa.list_(
    pa.struct(
        [
            pa.field("event_id", pa.string()),
            pa.field("kind", pa.string()),
            pa.field("label", pa.string()),
            pa.field("occurred_at", TIME),
        ]
    )
)
ADVISORIES = pa.list_(
    pa.struct(
        [
            pa.field("ghsa_id", pa.string()),
            pa.field("severity", pa.string()),
            pa.field("reported_at", TIME),
            pa.field("published_at", TIME),
            pa.field("fixed_at", TIME),
        ]
    )
)
Node = Mapping[str, Any]


def person_columns(role: str, who: str) -> tuple[pa.Field, ...]:
    """The three columns of a person in this role."""
    return (
        column(f"{role}_key", NAME, f"{who}: {KEY_COMMENT}"),
        column(f"{role}_login", NAME, f"login of {who} when it was fetched"),
        column(f"{role}_type", NAME, TYPE_COMMENT),
    )


def repository_column() -> pa.Field:
    """The column that names the repository whatever it is called."""
    return column("repository_id", NAME, "github:<database id> of the repository", nullable=False)


def presence_columns() -> tuple[pa.Field, ...]:
    """The columns by which it is found out, and told, that something has left its listing."""
    return (
        column("node_id", pa.string(), "its id in GraphQL, by which it is asked whether it is still there"),
        column("gone_at", TIME, "when it was found to be gone: deleted, transferred or converted; NULL if it is not"),
    )


def pass_column() -> pa.Field:
    """The column by which rows are told that a later complete pass no longer showed."""
    return column(
        "pass",
        pa.int32(),
        "number of the full pass that it was seen in or after; one lower than the last complete pass: gone since",
        nullable=False,
    )


def person(role: str, actor: Node | None) -> dict[str, str | None]:
    """An `Actor` (or owner) of GraphQL → the three columns."""
    if actor is None:
        return {f"{role}_key": None, f"{role}_login": None, f"{role}_type": None}
    return {
        f"{role}_key": account_key(actor),
        f"{role}_login": actor["login"],
        f"{role}_type": actor["__typename"],
    }


def account_key(actor: Node) -> str:
    """`account:<database id>`, or `login:<login in lower case>` where there is no id."""
    number = actor.get("databaseId")
    return f"account:{number}" if number else f"login:{actor['login'].lower()}"


def moment(text: str | None) -> datetime | None:
    """GraphQL's DateTime."""
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def number(node: Node) -> int | None:
    """The database id: the 64-bit one where the type has both."""
    value = node.get("fullDatabaseId") or node.get("databaseId")
    return int(value) if value else None


def key(kind: str, node: Node) -> str:
    """`github:<kind>:<database id>`; the node id where GitHub gives no database id."""
    return f"github:{kind}:{number(node) or node['id']}"


def comment(node: Node, kind: str = "comment") -> dict[str, Any]:
    """A comment → its struct; comments of discussions have ids of their own."""
    return {
        "comment_id": key(kind, node),
        **person("author", node["author"]),
        "created_at": moment(node["createdAt"]),
    }
