"""The REST paths of the loopback GitHub: whose token it is, its budget, a repository, its advisories, what peers ask.

Rows come from `github_shown` and leave in REST's own form. What GitHub would answer with a status, `RestError` carries.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pipelines.sandbox.github.server.rest.base import Ask, Given, Listed, RestError, find, paged, user
from pipelines.sandbox.github.server.rest.issues import comments, issue, issues, nothing
from pipelines.sandbox.github.server.rows import Row, stamp
from pipelines.sandbox.github.server.shown import RepositoryShown
from pipelines.sandbox.github.world.facts import Account, Advisory


def answer(path: str, ask: Ask) -> Given:
    """The answer to a GET of that path; RestError for what is not there or may not be seen."""
    for pattern, handler in _ROUTES:
        found = pattern.fullmatch(path)
        if found:
            body = handler(ask, **found.groupdict())
            return paged(path, ask, body) if isinstance(body, Listed) else Given(body, {})
    raise RestError(404, "Not Found", documentation_url="https://docs.github.com/rest")


def _viewer(ask: Ask) -> Row:
    return _whole_user(ask, ask.viewer)


def _whole_user(ask: Ask, account: Account) -> Row:
    del ask
    found = user(account) or {}
    at = stamp(account.created_at)
    return found | {
        "name": account.name,
        "company": account.company,
        "email": None,
        "created_at": at,
        "updated_at": at,
        "public_repos": 1,
        "followers": 0,
    }


def _user(ask: Ask, login: str) -> Row:
    account = ask.shown.account(login.removesuffix("[bot]"))
    if account is None:
        raise RestError(404, "Not Found")
    return _whole_user(ask, account)


def _orgs(ask: Ask, login: str) -> list[Row]:
    _user(ask, login)
    return []


def _rate_limit(ask: Ask) -> Row:
    return ask.limits()


def _repository(ask: Ask, owner: str, name: str) -> Row:
    return _repository_row(ask, find(ask, owner, name))


def _by_id(ask: Ask, number: str) -> Row:
    for one in ask.shown.world.repositories:
        shown = ask.shown.of(one) if one.id == int(number) else None
        if shown is not None:
            return _repository_row(ask, shown)
    raise RestError(404, "Not Found")


def _repository_row(ask: Ask, shown: RepositoryShown) -> Row:
    row, facts = shown.row, shown.facts
    return {
        "id": facts.id,
        "node_id": row["id"],
        "name": row["name"],
        "full_name": row["nameWithOwner"],
        "private": False,
        "owner": user(facts.owner),
        "html_url": row["url"],
        "url": f"{ask.endpoint}/repos/{shown.name}",
        "description": facts.description,
        "fork": row["isFork"],
        "created_at": row["createdAt"],
        "updated_at": row["updatedAt"],
        "pushed_at": row["pushedAt"],
        "stargazers_count": row["stargazerCount"],
        "watchers_count": row["stargazerCount"],
        "subscribers_count": facts.watchers,
        "forks_count": row["forkCount"],
        "language": facts.language,
        "has_issues": facts.has_issues,
        "has_discussions": facts.has_discussions,
        "archived": row["isArchived"],
        "open_issues_count": len(shown.in_states("issues", "CREATED_AT", ("OPEN",)).keys),
        "license": {"key": facts.license.lower(), "spdx_id": facts.license} if facts.license else None,
        "topics": list(facts.topics),
        "default_branch": "main",
        "visibility": "public",
    }


def _advisories(ask: Ask, owner: str, name: str) -> Listed:
    shown = find(ask, owner, name)
    there = [one for one in shown.facts.advisories if one.published_at <= shown.rows.now]

    def row(one: Advisory) -> Row:
        return {
            "ghsa_id": one.ghsa_id,
            "cve_id": None,
            "url": f"{ask.endpoint}/repos/{shown.name}/security-advisories/{one.ghsa_id}",
            "html_url": f"{shown.row['url']}/security/advisories/{one.ghsa_id}",
            "summary": "Made up",
            "description": "",
            "severity": one.severity,
            "state": "published",
            "created_at": stamp(one.reported_at),
            "published_at": stamp(one.published_at),
            "updated_at": stamp(one.fixed_at or one.published_at),
            "closed_at": None,
            "withdrawn_at": None,
            "submission": {"accepted": True},
            "vulnerabilities": [
                {
                    "package": {"ecosystem": "pip", "name": shown.row["name"]},
                    "vulnerable_version_range": "< 1.0",
                    "patched_versions": "1.0" if one.fixed_at else None,
                    "vulnerable_functions": [],
                }
            ],
            "credits": [],
        }

    return Listed(there, row)


_HERE = r"/repos/(?P<owner>[^/]+)/(?P<name>[^/]+)"
_ROUTES: list[tuple[re.Pattern[str], Callable[..., Any]]] = [
    (re.compile(path), handler)
    for path, handler in (
        (r"/user", _viewer),
        (r"/rate_limit", _rate_limit),
        (r"/users/(?P<login>[^/]+)", _user),
        (r"/users/(?P<login>[^/]+)/orgs", _orgs),
        (_HERE, _repository),
        (r"/repositories/(?P<number>\d+)", _by_id),
        (_HERE + "/security-advisories", _advisories),
        (_HERE + "/issues", issues),
        (_HERE + r"/issues/(?P<number>\d+)", issue),
        (_HERE + r"/issues/(?P<number>\d+)/comments", comments),
        (_HERE + r"/issues/(?P<number>\d+)/reactions", nothing),
        (_HERE + r"/issues/comments/(?P<number>\d+)/reactions", nothing),
    )
]
