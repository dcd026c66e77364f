"""A GitHubWorld as of its `now`, ready to be asked: repositories by name, their streams in every order, nodes by id.

Made once for a world and a moment; what is asked for is computed then and kept. Data flows from `github_world` by way
of `github_rows` to the resolvers and to REST.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from pipelines.sandbox.github.server.pages import Listing
from pipelines.sandbox.github.server.rows import Row, bare_repository, maybe, node_id, stamp
from pipelines.sandbox.github.server.threads import Rows
from pipelines.sandbox.github.world.facts import Account, Fork, GitHubWorld, Repository


class RepositoryShown:
    """One repository as of now: its row, and its streams."""

    def __init__(self, repository: Repository, rows: Rows) -> None:
        self.facts = repository
        self.rows = rows
        self.name = repository.name_at(rows.now)
        self._listings: dict[tuple[str, str], Listing] = {}

    @cached_property
    def row(self) -> Row:
        """The repository itself."""
        one, now = self.facts, self.rows.now
        archived = one.archived_at is not None and one.archived_at <= now
        pushed = max((at for at in one.pushes if at <= now), default=None)
        stars, forks = len(self.listing("stars").keys), len(self.listing("forks").keys)
        last = max([one.created_at, *(at for at in one.pushes if at <= now)])
        return {
            **bare_repository(one.id, self.name, one.created_at),
            "owner": self.rows.actor(one.owner),
            "isInOrganization": one.owner.kind == "Organization",
            "pushedAt": maybe(pushed),
            "updatedAt": stamp(last),
            "description": one.description,
            "isArchived": archived,
            "archivedAt": maybe(one.archived_at) if archived else None,
            "isEmpty": pushed is None,
            "isFork": one.parent is not None,
            "parent": bare_repository(1, one.parent, one.created_at) if one.parent else None,
            "hasIssuesEnabled": one.has_issues,
            "hasDiscussionsEnabled": one.has_discussions,
            "licenseInfo": _license(one.license),
            "primaryLanguage": {"id": f"LA_{one.language}", "name": one.language} if one.language else None,
            "forkCount": forks + one.elsewhere,
            "stargazerCount": stars,
            **self._policies(),
            "_shown": self,
        }

    def _policies(self) -> Row:
        there = self.facts.policies
        template = {"name": "Report", "filename": "report.md", "about": "Something is wrong", "body": "", "title": ""}
        url = f"/{self.name}/blob/main"
        return {
            "codeOfConduct": {
                "id": "CC_1",
                "key": "other",
                "name": "Other",
                "body": "",
                "url": f"{url}/CODE_OF_CONDUCT.md",
                "resourcePath": f"{url}/CODE_OF_CONDUCT.md",
            }
            if there.code_of_conduct
            else None,
            "contributingGuidelines": {"body": "", "url": f"{url}/CONTRIBUTING.md"} if there.contributing else None,
            "isSecurityPolicyEnabled": there.security,
            "securityPolicyUrl": f"{url}/SECURITY.md" if there.security else None,
            "issueTemplates": [template] * there.issue_templates,
            "pullRequestTemplates": [
                {"filename": "pull_request_template.md", "body": "", "repository": {"nameWithOwner": self.name}}
            ]
            * there.pull_request_templates,
        }

    @cached_property
    def forks(self) -> dict[int, Fork]:
        """Where change requests come from: forks that are there, and what else is known, by id."""
        return {**self.facts.heads, **{fork.id: fork for fork in self.listing("forks").facts}}

    def listing(self, stream: str, field: str = "CREATED_AT") -> Listing:
        """All that is there now of a stream, ascending by a field of its order."""
        found = self._listings.get((stream, field))
        if found is None:
            found = self._listings[stream, field] = self._list(stream, field)
        return found

    def in_states(self, stream: str, field: str, states: tuple[str, ...]) -> Listing:
        """Those of a stream that are in one of the states."""
        name = (f"{stream} {' '.join(states)}", field)
        found = self._listings.get(name)
        if found is None:
            found = self._listings[name] = self.listing(stream, field).only(lambda one: self.rows.state(one) in states)
        return found

    def filtered(self, stream: str, field: str, states: tuple[str, ...], since: str | None) -> Listing:
        """Those in one of the states (none: in any) that were changed since then; kept for the next page of them."""
        if since is None:
            return self.in_states(stream, field, states) if states else self.listing(stream, field)
        name = (f"{stream} {' '.join(states)} {since}", field)
        found = self._listings.get(name)
        if found is None:
            whole = self.filtered(stream, field, states, None)
            found = whole.only(lambda one: stamp(self.rows.changed_at(one)) >= since)
            self._listings[name] = found
        return found

    def _list(self, stream: str, field: str) -> Listing:
        facts = self.rows.there(getattr(self.facts, stream))
        if stream == "stars":
            facts = [one for one in facts if one.taken_back_at is None or one.taken_back_at > self.rows.now]
            return Listing.by(facts, lambda one: stamp(one.at), lambda one: one.account.id)
        if stream == "forks":  # deleted accounts take their forks along
            facts = [one for one in facts if self.rows.actor(one.owner) is not None]
        if stream == "releases":
            facts = [one for one in facts if one.published_at <= self.rows.now]
        return Listing.by(facts, self._key(field), lambda one: one.id)

    def _key(self, field: str) -> Callable[[Any], str]:
        rows = self.rows
        keys: Mapping[str, Callable[[Any], str]] = {
            "CREATED_AT": lambda one: stamp(one.created_at),
            "UPDATED_AT": lambda one: stamp(rows.fork_pushed(one) if isinstance(one, Fork) else rows.changed_at(one)),
            "PUSHED_AT": lambda one: stamp(rows.fork_pushed(one)),
            "COMMENTS": lambda one: f"{len(rows.there(one.comments)):09}",
            "NAME": lambda one: one.tag if hasattr(one, "tag") else one.full_name,
            "STARGAZERS": lambda _one: "0",
        }
        return keys[field]

    @cached_property
    def by_number(self) -> Mapping[int, tuple[str, Any]]:
        """Issues, change requests and discussions that are there: stream and fact by number."""
        streams = ("issues", "change_requests", "discussions")
        return {fact.number: (name, fact) for name in streams for fact in self.listing(name).facts}

    def thread(self, stream: str, fact: Any) -> Row:
        """The row of an issue, a change request or a discussion."""
        if stream == "issues":
            return self.rows.issue(fact, self.row)
        if stream == "change_requests":
            return self.rows.change_request(fact, self.row, self.forks)
        return self.rows.discussion(fact, self.row)


def _license(spdx: str | None) -> Row | None:
    if spdx is None:
        return None
    return {"__typename": "License", "id": f"L_{spdx}", "key": spdx.lower(), "name": spdx, "spdxId": spdx}


class Shown:
    """The world as of its now."""

    def __init__(self, world: GitHubWorld) -> None:
        self.world = world
        self.rows = Rows(world.now)
        self._names: dict[str, Repository] = {}
        for one in world.repositories:
            for name, _ in one.former:
                self._names.setdefault(name.lower(), one)
        self._names |= {one.name_at(world.now).lower(): one for one in world.repositories}
        self._shown: dict[int, RepositoryShown] = {}

    def repository(self, full_name: str, *, follow: bool = True) -> RepositoryShown | None:
        """The repository of that name, or that once had it; None if there is none that may be seen."""
        one = self._names.get(full_name.lower())
        if one is None or (not follow and one.name_at(self.rows.now).lower() != full_name.lower()):
            return None
        return self.of(one)

    def of(self, one: Repository) -> RepositoryShown | None:
        """A repository, None if it is not there now or private."""
        now = self.rows.now
        if one.created_at > now or any(at is not None and at <= now for at in (one.deleted_at, one.private_at)):
            return None
        if one.id not in self._shown:
            self._shown[one.id] = RepositoryShown(one, self.rows)
        return self._shown[one.id]

    def blocked(self, one: Repository) -> bool:
        """Whether it answers 451 now."""
        return one.blocked_at is not None and one.blocked_at <= self.rows.now

    def account(self, login: str) -> Account | None:
        """The account of that name."""
        return self._accounts.get(login.lower())

    def account_of(self, email: str) -> Account | None:
        """The account that an e-mail address belongs to."""
        return self._emails.get(email.lower())

    @cached_property
    def _all(self) -> list[Account]:
        found = {one.id: one for one in self.world.accounts}
        for repository in () if self.world.accounts_only else self.world.repositories:
            found.setdefault(repository.owner.id, repository.owner)
            for stream in (repository.issues, repository.change_requests, repository.discussions):
                for fact in stream:
                    found.setdefault(fact.author.id, fact.author)
                    for comment in fact.comments:
                        found.setdefault(comment.author.id, comment.author)
            found |= {star.account.id: star.account for star in repository.stars}
            found |= {fork.owner.id: fork.owner for fork in repository.forks}
        gone = self.rows.now
        return [one for one in found.values() if one.deleted_at is None or one.deleted_at > gone]

    @cached_property
    def _accounts(self) -> dict[str, Account]:
        return {one.login.lower(): one for one in self._all}

    @cached_property
    def _emails(self) -> dict[str, Account]:
        return {email.lower(): one for one in self._all for email in one.emails}

    @cached_property
    def nodes(self) -> dict[str, tuple[RepositoryShown | None, str, Any]]:
        """By node id: where it is, what it is (a stream's name or "account"), and the fact."""
        found: dict[str, tuple[RepositoryShown | None, str, Any]] = {
            node_id(one.kind, one.id): (None, "account", one) for one in self._all
        }
        kinds = {
            "issues": "Issue", "change_requests": "PullRequest", "discussions": "Discussion",
            "forks": "Repository", "releases": "Release",
        }  # fmt: skip
        for repository in self.world.repositories:
            shown = self.of(repository)
            if shown is None or self.blocked(repository):
                continue
            found[node_id("Repository", repository.id)] = (shown, "repository", repository)
            for stream, kind in kinds.items():
                for fact in shown.listing(stream).facts:
                    found[node_id(kind, fact.id)] = (shown, stream, fact)
            for fact in shown.listing("discussions").facts:
                for comment in fact.comments:
                    found[node_id("DiscussionComment", comment.id)] = (shown, "said", (fact, comment))
        return found
