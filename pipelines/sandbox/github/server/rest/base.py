"""What the REST paths of the loopback GitHub share: a request, an answer or a refusal, pages, accounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pipelines.sandbox.github.server.rows import Row, account_row, maybe
from pipelines.sandbox.github.server.shown import RepositoryShown, Shown
from pipelines.sandbox.github.world.facts import Account

LARGEST_PAGE, USUAL_PAGE = 100, 30  # docs: pagination of the REST API


class RestError(Exception):
    """An answer with another status than 200."""

    def __init__(self, status: int, message: str, **more: object) -> None:
        super().__init__(message)
        self.status, self.body = status, {"message": message, "status": str(status), **more}
        self.headers: dict[str, str] = {}


@dataclass
class Ask:
    """One GET: the world, the query string, whose token it is, the server's address."""

    shown: Shown
    parameters: Mapping[str, str]
    viewer: Account
    endpoint: str
    limits: Callable[[], Row]


@dataclass
class Given:
    """What goes out: the body, and the `Link` header of a list."""

    body: Any
    headers: dict[str, str]


@dataclass
class Listed:
    """A list to be cut into pages, made into rows only as far as it is shown."""

    facts: Sequence[Any]
    row: Callable[[Any], Row]


def paged(path: str, ask: Ask, found: Listed) -> Given:
    """The page that was asked for, with its links."""
    size = min(int(ask.parameters.get("per_page", USUAL_PAGE)), LARGEST_PAGE)
    number = max(1, int(ask.parameters.get("page", 1)))
    last = max(1, -(-len(found.facts) // size))
    rows = [found.row(fact) for fact in found.facts[(number - 1) * size : number * size]]

    def to(page: int) -> str:
        return f"<{ask.endpoint}{path}?{urlencode({**ask.parameters, 'page': page})}>"

    links = [f'{to(number + 1)}; rel="next"', f'{to(last)}; rel="last"'] if number < last else []
    if number > 1:
        links += [f'{to(1)}; rel="first"', f'{to(number - 1)}; rel="prev"']
    return Given(rows, {"Link": ", ".join(links)} if links else {})


def user(account: Account | None) -> Row | None:
    """An account as REST has it: bots carry `[bot]`, nobody is `ghost` (which GitHub writes as a user of that name)."""
    if account is None:
        return {"login": "ghost", "id": 10137, "node_id": "MDQ6VXNlcjEwMTM3", "type": "User", "site_admin": False}
    row = account_row(account)
    return {
        "login": f"{account.login}[bot]" if account.kind == "Bot" else account.login,
        "id": account.id,
        "node_id": row["id"],
        "type": account.kind,
        "site_admin": False,
        "html_url": row["url"],
        "avatar_url": row["avatarUrl"],
        "url": f"/users/{account.login}",
    }


def find(ask: Ask, owner: str, name: str) -> RepositoryShown:
    """A repository by its present name; RestError if it is moved, blocked, not there, behind sign-on."""
    found = ask.shown.repository(f"{owner}/{name}")
    if found is None:
        raise RestError(404, "Not Found", documentation_url="https://docs.github.com/rest/repos/repos#get-a-repository")
    if ask.shown.blocked(found.facts):
        block = {"reason": "dmca", "created_at": maybe(found.facts.blocked_at), "html_url": None}
        raise RestError(451, "Repository access blocked", block=block)
    if found.facts.sso:
        error = RestError(403, "Resource protected by organization SAML enforcement.")
        error.headers["X-GitHub-SSO"] = f"required; url={ask.endpoint}/orgs/{owner}/sso?authorization_request=made-up"
        raise error
    if found.name.lower() != f"{owner}/{name}".lower():
        moved = RestError(301, "Moved Permanently", url=f"{ask.endpoint}/repositories/{found.facts.id}")
        moved.headers["Location"] = f"{ask.endpoint}/repositories/{found.facts.id}"
        raise moved
    return found
