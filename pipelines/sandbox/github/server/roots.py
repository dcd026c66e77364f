"""What a query of the loopback GitHub begins with: repositories, nodes, accounts, the budget; and objects of git."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLResolveInfo

from pipelines.sandbox.github.server.pages import Cursors, Listing, page, refusal
from pipelines.sandbox.github.server.rows import Row, account_row, stamp
from pipelines.sandbox.github.server.shown import Shown
from pipelines.sandbox.github.world.facts import Account, Policies

Resolver = Callable[..., Any]


@dataclass
class Asking:
    """The context of one execution.

    Attributes:
        shown: the world.
        cursors: reads and writes them.
        viewer: whose token it is.
        rate_limit: what `rateLimit` answers.
    """

    shown: Shown
    cursors: Cursors
    viewer: Account
    rate_limit: Row


def repository(_source: object, info: GraphQLResolveInfo, owner: str, name: str, followRenames: bool = True) -> Row:  # noqa: N803
    """The repository of that name, or of one that it had; errors as GitHub has them."""
    shown = info.context.shown
    full_name = f"{owner}/{name}"
    found = shown.repository(full_name, follow=followRenames)
    if found is None:
        raise refusal("NOT_FOUND", f"Could not resolve to a Repository with the name '{full_name}'.")
    if shown.blocked(found.facts):
        raise refusal("FORBIDDEN", "Repository access blocked")
    if found.facts.sso:
        error = refusal(
            "FORBIDDEN",
            "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to "
            "this organization.",
        )
        error.extensions["saml_failure"] = True  # type: ignore[index]
        raise error
    row: Row = found.row
    return row


def node(_source: object, info: GraphQLResolveInfo, id: str) -> Row:  # noqa: A002 - GitHub's name
    """Whatever has that node id."""
    shown: Shown = info.context.shown
    found = shown.nodes.get(id)
    if found is None:
        raise refusal("NOT_FOUND", f"Could not resolve to a node with the global id of '{id}'")
    where, kind, fact = found
    if kind == "account":
        return account_row(fact)
    assert where is not None  # noqa: S101 - all others are in a repository
    if kind == "repository":
        return where.row
    if kind == "said":
        discussion, comment = fact
        return shown.rows.said(comment, shown.rows.discussion(discussion, where.row))
    if kind == "forks":
        return shown.rows.fork(fact, where.row)
    if kind == "releases":
        return shown.rows.release(fact, where.row)
    return where.thread(kind, fact)


def nodes(source: object, info: GraphQLResolveInfo, ids: Sequence[str]) -> list[Any]:
    """The same of many: each fails alone."""
    found: list[Any] = []
    for one in ids:
        try:
            found.append(node(source, info, one))
        except Exception as error:  # noqa: BLE001 - each node fails alone
            found.append(error)
    return found


def account(kinds: frozenset[str], title: str) -> Resolver:
    """Looks an account of certain kinds up by its login."""

    def resolve(_source: object, info: GraphQLResolveInfo, login: str) -> Row:
        found = info.context.shown.account(login)
        if found is None or found.kind not in kinds:
            raise refusal("NOT_FOUND", f"Could not resolve to {title} with the login of '{login}'.")
        return account_row(found)

    return resolve


def viewer(_source: object, info: GraphQLResolveInfo) -> Row:
    """Whose token it is."""
    return account_row(info.context.viewer)


def rate_limit(_source: object, info: GraphQLResolveInfo, **_: object) -> Row:
    """The budget, this query included."""
    row: Row = info.context.rate_limit
    return row


def git_object(
    source: Row, info: GraphQLResolveInfo, oid: str | None = None, expression: str | None = None
) -> Row | None:
    """A commit by id, or `HEAD`; by `HEAD:path` a file or a folder of the repository, of which there are few."""
    shown = source["_shown"]
    if shown is None:
        return None
    if expression is not None and ":" in expression:
        return _of_tree(expression.partition(":")[2], source, shown.facts.policies)
    if expression == "HEAD":
        row = _commit("0" * 40, ("", "", shown.facts.created_at), source, info.context.shown)
        return {**row, "_files": dict(shown.facts.policies.ai)}
    sha = oid or expression or ""
    found = shown.facts.commits().get(sha)
    return None if found is None else _commit(sha, found, source, info.context.shown)


def _of_tree(path: str, repository: Row, policies: Policies) -> Row | None:
    """A README at the root, and what there is about AI."""
    files = [*(["README.md"] if policies.readme else []), *(name for name, _at in policies.ai)]
    known = {"oid": "0" * 40, "abbreviatedOid": "0" * 7, "repository": repository}
    if path.lower() in {name.lower() for name in files}:
        return {**known, "__typename": "Blob", "id": "B_1", "byteSize": 2_000, "text": "# Made up"}
    inside = [name.rpartition("/")[2] for name in files if name.rpartition("/")[0] == path]
    if path and not inside:
        return None
    entries = [{"name": name, "type": "blob", "path": name, "mode": 33188, "size": 2_000} for name in inside]
    return {**known, "__typename": "Tree", "id": "T_1", "entries": entries}


def history(source: Row, info: GraphQLResolveInfo, path: str | None = None, **arguments: Any) -> Row:
    """The commits that changed a file: the last one of those about AI, of others none."""
    at = source.get("_files", {}).get(path)
    shown = info.context.shown
    commits = [] if at is None else [_commit("1" * 40, ("", "", at), source["repository"], shown)]
    return page(Listing.as_it_is(commits), arguments, info.context.cursors, dict)


def _commit(sha: str, found: tuple[str, str, Any], repository: Row, shown: Shown) -> Row:
    name, email, at = found
    account = shown.account_of(email)
    actor = {
        "name": name,
        "email": email,
        "date": stamp(at),
        "user": account_row(account) if account is not None and account.kind == "User" else None,
    }
    return {
        "__typename": "Commit",
        "id": f"C_{sha}",
        "oid": sha,
        "abbreviatedOid": sha[:7],
        "authoredDate": stamp(at),
        "committedDate": stamp(at),
        "author": actor,
        "committer": actor,
        "message": "",
        "messageHeadline": "",
        "repository": repository,
        "url": f"{repository['url']}/commit/{sha}",
        "resourcePath": f"{repository['resourcePath']}/commit/{sha}",
    }
