"""What each field with arguments of the loopback GitHub answers: functions over rows, attached to the schema by name.

Fields without a function here are keys of their row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema

from pipelines.sandbox.github.server.pages import Listing, page, refusal
from pipelines.sandbox.github.server.roots import (
    Asking,
    account,
    git_object,
    history,
    node,
    nodes,
    rate_limit,
    repository,
    viewer,
)
from pipelines.sandbox.github.server.rows import TIMELINE, Row
from pipelines.sandbox.github.server.shown import RepositoryShown

Resolver = Callable[..., Any]


def _ordered(arguments: Mapping[str, Any], field: str, *, descending: bool) -> tuple[str, bool]:
    order = arguments.get("orderBy")
    return (order["field"], order["direction"] == "DESC") if order else (field, descending)


def _stream(stream: str, row: Callable[[RepositoryShown, Any], Row], *, descending: bool = False) -> Resolver:
    """A connection of a repository."""

    def resolve(source: Row, info: GraphQLResolveInfo, **arguments: Any) -> Row:
        shown: RepositoryShown | None = source["_shown"]
        cursors = info.context.cursors
        if shown is None:  # a fork: what happens in it is not simulated
            return page(Listing((), ()), arguments, cursors, dict)
        field, backwards = _ordered(arguments, "CREATED_AT", descending=descending)
        listing = _filtered(shown, stream, field, arguments)
        return page(listing, arguments, cursors, lambda fact: row(shown, fact), descending=backwards)

    return resolve


def _filtered(shown: RepositoryShown, stream: str, field: str, arguments: Mapping[str, Any]) -> Listing:
    """What `states` and `filterBy` leave."""
    filters = arguments.get("filterBy") or {}
    states = arguments.get("states") or filters.get("states")
    listing = shown.filtered(stream, field, tuple(states or ()), filters.get("since"))
    if author := filters.get("createdBy"):
        listing = listing.only(lambda one: one.author.login == author)
    return listing


def _star_row(shown: RepositoryShown, star: Any) -> Row:
    return shown.rows.star(star)


def _stargazers(source: Row, info: GraphQLResolveInfo, **arguments: Any) -> Row:
    found: Row = _STARS(source, info, **arguments)
    found["_edges"] = found["nodes"]
    found["nodes"] = [edge["node"] for edge in found["nodes"]]
    return found


def _parts(key: str, make: Callable[[Any, Row, Asking], Row]) -> Resolver:
    """A connection of what a row holds under a key, in its own order."""

    def resolve(source: Row, info: GraphQLResolveInfo, **arguments: Any) -> Row:
        asking: Asking = info.context
        _, backwards = _ordered(arguments, "", descending=False)
        listing = Listing.as_it_is(source[key])
        return page(listing, arguments, asking.cursors, lambda fact: make(fact, source, asking), descending=backwards)

    return resolve


def _replies(source: Row, info: GraphQLResolveInfo, **arguments: Any) -> Row:
    asking: Asking = info.context
    listing = Listing.as_it_is(source["_comments"])
    return page(
        listing, arguments, asking.cursors, lambda fact: asking.shown.rows.said(fact, source["discussion"], source)
    )


_KIND_OF_ITEM = {"ISSUE_COMMENT": "IssueComment", "PULL_REQUEST_REVIEW": "PullRequestReview"}


def _timeline(source: Row, info: GraphQLResolveInfo, **arguments: Any) -> Row:
    asking: Asking = info.context
    rows = asking.shown.rows
    kinds = arguments.get("itemTypes")
    wanted = None if kinds is None else {_item(kind) for kind in kinds}
    items: list[tuple[Any, Callable[[], Row]]] = []
    for number, event in enumerate(source["_events"]):
        if wanted is None or TIMELINE[event.kind] in wanted:
            items.append((event.at, lambda n=number, e=event: rows.event(n, e, source)))  # type: ignore[misc]
    if wanted is None or "IssueComment" in wanted:
        items += [(one.at, lambda c=one: rows.comment(c, source)) for one in source["_comments"]]  # type: ignore[misc]
    if wanted is None or "PullRequestReview" in wanted:
        items += [(one.at, lambda r=one: rows.review(r, source)) for one in source.get("_reviews", ())]  # type: ignore[misc]
    items.sort(key=lambda item: item[0])
    found = page(Listing.as_it_is(items), arguments, asking.cursors, lambda item: item[1]())
    found |= {
        "filteredCount": len(items),
        "pageCount": len(found["nodes"]),
        "updatedAt": source["updatedAt"],
    }
    return found


def _item(kind: str) -> str:
    return _KIND_OF_ITEM.get(kind, "".join(part.capitalize() for part in kind.split("_")))


def _thread(stream: str, title: str) -> Resolver:
    def resolve(source: Row, _info: GraphQLResolveInfo, number: int) -> Row:
        shown = source["_shown"]
        found = shown.by_number.get(number) if shown else None
        if found is None or found[0] != stream:
            raise refusal("NOT_FOUND", f"Could not resolve to {title} with the number of {number}.")
        row: Row = shown.thread(*found)
        return row

    return resolve


def _topics(source: Row, info: GraphQLResolveInfo, **arguments: Any) -> Row:
    shown = source["_shown"]
    topics = shown.facts.topics if shown else ()

    def row(name: str) -> Row:
        return {
            "id": f"RT_{name}",
            "topic": {"id": f"T_{name}", "name": name},
            "url": f"/topics/{name}",
            "resourcePath": f"/topics/{name}",
        }

    return page(Listing.as_it_is(topics), arguments, info.context.cursors, row)


def _languages(source: Row, info: GraphQLResolveInfo, **arguments: Any) -> Row:
    one = source.get("primaryLanguage")
    found = page(Listing.as_it_is([one] if one else []), arguments, info.context.cursors, dict)
    return found | {"totalSize": 1_000, "_edges": [{"node": node, "size": 1_000} for node in found["nodes"]]}


def _watchers(source: Row, info: GraphQLResolveInfo, **arguments: Any) -> Row:
    shown = source["_shown"]
    found = page(Listing((), ()), arguments, info.context.cursors, dict)
    return found | {"totalCount": shown.facts.watchers if shown else 0}


def _latest_release(source: Row, _info: GraphQLResolveInfo) -> Row | None:
    shown = source["_shown"]
    facts = [one for one in shown.listing("releases").facts if not one.prerelease] if shown else []
    return shown.rows.release(facts[-1], source) if facts else None


def _release(source: Row, _info: GraphQLResolveInfo, tagName: str) -> Row | None:  # noqa: N803
    shown = source["_shown"]
    facts = [one for one in shown.listing("releases").facts if one.tag == tagName] if shown else []
    return shown.rows.release(facts[0], source) if facts else None


def _edges(source: Row, _info: GraphQLResolveInfo) -> list[Row]:
    edges = source.get("_edges") or [{"node": node} for node in source["nodes"]]
    return [{**edge, "cursor": cursor} for edge, cursor in zip(edges, source["_cursors"], strict=True)]


_STARS = _stream("stars", _star_row)
_COMMENTS = _parts("_comments", lambda fact, source, asking: asking.shown.rows.comment(fact, source))
RESOLVERS: dict[str, Resolver] = {
    "Query.repository": repository,
    "Query.node": node,
    "Query.nodes": nodes,
    "Query.user": account(frozenset({"User"}), "a User"),
    "Query.organization": account(frozenset({"Organization"}), "an Organization"),
    "Query.repositoryOwner": account(frozenset({"User", "Organization"}), "a RepositoryOwner"),
    "Query.viewer": viewer,
    "Query.rateLimit": rate_limit,
    "Repository.issues": _stream("issues", lambda shown, fact: shown.thread("issues", fact)),
    "Repository.pullRequests": _stream("change_requests", lambda shown, fact: shown.thread("change_requests", fact)),
    "Repository.discussions": _stream("discussions", lambda shown, fact: shown.thread("discussions", fact)),
    "Repository.forks": _stream("forks", lambda shown, fact: shown.rows.fork(fact, shown.row)),
    "Repository.releases": _stream("releases", lambda shown, fact: shown.rows.release(fact, shown.row)),
    "Repository.stargazers": _stargazers,
    "Repository.issue": _thread("issues", "an Issue"),
    "Repository.pullRequest": _thread("change_requests", "a PullRequest"),
    "Repository.discussion": _thread("discussions", "a Discussion"),
    "Repository.latestRelease": _latest_release,
    "Repository.release": _release,
    "Repository.repositoryTopics": _topics,
    "Repository.languages": _languages,
    "Repository.watchers": _watchers,
    "Repository.object": git_object,
    "Commit.history": history,
    "Issue.comments": _COMMENTS,
    "Issue.timelineItems": _timeline,
    "PullRequest.comments": _COMMENTS,
    "PullRequest.reviews": _parts("_reviews", lambda fact, source, asking: asking.shown.rows.review(fact, source)),
    "PullRequest.timelineItems": _timeline,
    "Discussion.comments": _parts("_comments", lambda fact, source, asking: asking.shown.rows.said(fact, source)),
    "DiscussionComment.replies": _replies,
}


def attach(schema: GraphQLSchema) -> None:
    """Give the fields of the schema their functions."""
    for name, resolver in RESOLVERS.items():
        kind, _, field = name.partition(".")
        one = schema.type_map[kind]
        assert isinstance(one, GraphQLObjectType)  # noqa: S101 - RESOLVERS names no others
        one.fields[field].resolve = resolver
    for kind, one in schema.type_map.items():
        if kind.endswith("Connection") and isinstance(one, GraphQLObjectType) and "edges" in one.fields:
            one.fields["edges"].resolve = _edges
