"""One request to the loopback GitHub, one reply: tokens, budgets, limits and faults around GraphQL and REST.

Nothing here waits or knows sockets. Data flows from `github_execution` and `github_rest` to `github_server`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from graphql import GraphQLError

from pipelines.sandbox.github.server.cost import Cost, cost
from pipelines.sandbox.github.server.execution import Query, execute, parsed
from pipelines.sandbox.github.server.faults import LASTING, Fault
from pipelines.sandbox.github.server.limits import Books, Budget, Limits
from pipelines.sandbox.github.server.pages import Cursors
from pipelines.sandbox.github.server.refusals import DOCS, MESSAGES, Reply, as_json, errors_of, instead, secondary
from pipelines.sandbox.github.server.rest import paths as github_rest
from pipelines.sandbox.github.server.rest.apps import App, Apps
from pipelines.sandbox.github.server.rest.base import Ask, RestError
from pipelines.sandbox.github.server.roots import Asking
from pipelines.sandbox.github.server.shown import Shown
from pipelines.sandbox.github.server.spoil import odd, spoilt
from pipelines.sandbox.github.world.facts import Account, GitHubWorld

VIEWER = Account("survey-walker", 2_147_000_001)
PREFIXES = ("/api/v3", "/api")  # of an installation of one's own: PyGithub and its peers know no other


@dataclass(frozen=True)
class Token:
    """What a token may do.

    Attributes:
        account: whose it is; tokens of one account share its budget.
        scopes: as `X-OAuth-Scopes` lists them; None: a fine-grained token, which has none to list.
    """

    account: Account = VIEWER
    scopes: tuple[str, ...] | None = ()


def secret_of(headers: Mapping[str, str]) -> str:
    """What a request is signed with; empty if it is not."""
    kind, _, secret = headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() in {"bearer", "token"} else ""


class Answerer:
    """Answers requests. Used from one thread; `show` may be called from any."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it is made of
        self,
        world: GitHubWorld,
        tokens: Mapping[str, Token],
        limits: Limits,
        faults: list[Fault],
        apps: Sequence[App] = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        self.tokens = dict(tokens)
        self.books = Books(limits, now)
        self.faults = faults
        self.latency = 0.0
        self.apps = Apps(apps, now)
        self.requests: list[str] = []
        self.endpoint = ""
        self._cursors = Cursors()
        self._skew = timedelta()
        self.show(world)

    def show(self, world: GitHubWorld) -> None:
        """From now on, answer from this world."""
        self.world = world
        self._shown = Shown(world)

    def spent(self) -> int:
        """Points of GraphQL that were spent in the present windows."""
        return self.books.spent("graphql")

    def reply(  # noqa: PLR0913 - the parts of a request
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, *, allowed: bool
    ) -> Reply:
        """The reply to a request; `allowed` is false if too many run at once."""
        for prefix in PREFIXES:
            path = path.removeprefix(prefix)
        graphql = path == "/graphql"
        text, target = "", unquote_plus(f"{path}?{query}" if query else path)
        variables: dict[str, Any] = {}
        if graphql and method == "POST":
            try:
                asked = json.loads(body)
                text, variables = asked["query"], asked.get("variables") or {}
            except (ValueError, KeyError, TypeError):
                return self._finish(as_json(400, {"message": "Problems parsing JSON", "documentation_url": DOCS}), None)
            target = f"{text} {json.dumps(variables)}"
        self.requests.append(target)
        fault = self._fault(target)
        if path.startswith("/app"):
            return self._finish(self._app(method, path, headers, fault), None)
        token = self._token(headers)
        if token is None or (fault and fault.kind == "bad-token"):
            refused = {"message": "Bad credentials", "documentation_url": DOCS, "status": "401"}
            return self._finish(as_json(401, refused), None)
        resource = "graphql" if graphql else "core"
        budget = self.books.budget(resource, token.account.id)
        reply = self._limited(budget, resource, fault, allowed=allowed)
        if reply is None:
            reply = (
                self._graphql(text, variables, token, budget, fault)
                if graphql
                else self._rest(path, query, token, budget, fault)
            )
        reply.headers |= budget.headers(resource, self._skew)
        return self._finish(reply, token)

    def _fault(self, target: str) -> Fault | None:
        """What goes wrong with this request; what changes for good changes now."""
        met = [one for one in list(self.faults) if one.happens(target)]
        for one in met:
            self._change(one)
        return next((one for one in met if one.kind not in LASTING), None)

    def _token(self, headers: Mapping[str, str]) -> Token | None:
        secret = secret_of(headers)
        account = self.apps.account(secret)
        return Token(account, None) if account is not None else self.tokens.get(secret)

    def _app(self, method: str, path: str, headers: Mapping[str, str], fault: Fault | None) -> Reply:
        """What the App asks for itself."""
        refused = instead(fault, self.books.limits.retry_after, self.endpoint) if fault else None
        if refused is not None:
            return refused
        if fault is not None and fault.kind == "bad-token":
            return as_json(401, {"message": "Bad credentials", "status": "401"})
        try:
            status, body = self.apps.answer(method, path, secret_of(headers))
        except RestError as error:
            return as_json(error.status, error.body)
        return as_json(status, body)

    def _finish(self, reply: Reply, token: Token | None) -> Reply:
        """The headers that every answer has."""
        reply.headers.setdefault("Content-Type", "application/json; charset=utf-8")
        reply.headers["Date"] = format_datetime(datetime.fromtimestamp(self.books.now(), UTC) + self._skew, usegmt=True)
        reply.headers["X-GitHub-Request-Id"] = f"SIM0:{len(self.requests):X}"
        if token is not None and token.scopes is not None:
            reply.headers["X-OAuth-Scopes"] = ", ".join(token.scopes)
        return reply

    def _limited(self, budget: Budget, resource: str, fault: Fault | None, *, allowed: bool) -> Reply | None:
        """What is answered instead, by a limit or a fault."""
        limits = self.books.limits
        often = budget.too_often(limits.a_minute if resource == "graphql" else limits.calls_a_minute)
        took = self.latency + (fault.seconds if fault is not None and fault.kind == "slow" else 0.0)
        if not allowed or often or (resource == "graphql" and budget.too_long(took, limits.processor)):
            return secondary(403, limits.retry_after)
        return None if fault is None else instead(fault, limits.retry_after, self.endpoint)

    def _change(self, fault: Fault) -> None:
        """What a fault changes for all requests from this one on."""
        now, world = self.world.now, self.world
        if fault.kind == "expired-cursors":
            self._cursors.epoch += 1
        elif fault.kind == "skew":
            self._skew = fault.skew
        elif fault.kind == "renamed":
            former = next(one.former for one in world.repositories if one.full_name == fault.about)
            self.show(world.with_repository(fault.about, full_name=fault.to, former=(*former, (fault.about, now))))
        elif fault.kind == "deleted":
            self.show(world.with_repository(fault.about, deleted_at=now))
        elif fault.kind == "blocked":
            self.show(world.with_repository(fault.about, blocked_at=now))

    def _graphql(
        self, text: str, variables: Mapping[str, Any], token: Token, budget: Budget, fault: Fault | None
    ) -> Reply:
        kind = fault.kind if fault else ""
        if kind in MESSAGES:
            return as_json(200, errors_of(GraphQLError(MESSAGES[kind][1], extensions={"type": MESSAGES[kind][0]})))
        query = parsed(text)
        if query.errors:
            return as_json(200, errors_of(*query.errors))
        try:
            price = cost(query.connections, {**query.defaults, **variables})
        except GraphQLError as error:
            return as_json(200, errors_of(error))
        if kind == "exhausted":
            budget.used = budget.limit
        if not budget.take(price.points):
            message = f"API rate limit exceeded for user ID {token.account.id}."
            return as_json(200, errors_of(GraphQLError(message, extensions={"type": "RATE_LIMITED"})))
        heavy = self.books.limits.heavy
        if heavy is not None and price.nodes > heavy:
            return Reply(502, b"<html><title>502</title></html>", {"Content-Type": "text/html"})
        return self._executed(query, variables, Asked(token, budget, price), fault)

    def _executed(self, query: Query, variables: Mapping[str, Any], asked: Asked, fault: Fault | None) -> Reply:
        rate_limit = asked.budget.row(asked.price.points, asked.price.nodes, self._skew)
        asking = Asking(self._shown, self._cursors, asked.token.account, rate_limit)
        data, errors = execute(query, variables, asking)
        answer: dict[str, Any] = {"data": data}
        if errors:
            answer |= errors_of(*errors)
        return self._sent(answer, fault, variables.get("after"))

    def _sent(self, answer: dict[str, Any], fault: Fault | None, after: str | None) -> Reply:
        """A whole answer, as the fault lets it through."""
        kind = fault.kind if fault else ""
        content = "text/html" if kind == "html" else "application/json; charset=utf-8"
        return Reply(
            200,
            spoilt(fault, answer, after) if fault else json.dumps(answer).encode(),
            {"Content-Type": content},
            fault.seconds if fault and kind == "slow" else 0.0,
            cut=kind == "cut",
            drip=fault.seconds if fault and kind == "drip" else 0.0,
            zipped=kind == "bomb",
        )

    def _rest(self, path: str, query: str, token: Token, budget: Budget, fault: Fault | None) -> Reply:
        if path != "/rate_limit" and not budget.take(1):
            message = f"API rate limit exceeded for user ID {token.account.id}."
            return as_json(403, {"message": message, "documentation_url": DOCS, "status": "403"})
        ask = Ask(
            self._shown,
            dict(parse_qsl(query, keep_blank_values=True)),
            token.account,
            self.endpoint,
            lambda: self._all_limits(token.account.id),
        )
        try:
            given = github_rest.answer(path, ask)
        except RestError as error:
            reply = as_json(error.status, error.body)
            reply.headers |= error.headers
            return reply
        reply = self._sent({"data": given.body}, fault, None) if fault else as_json(200, given.body)
        if fault is not None and fault.kind not in {"html", "half", "empty", "bomb"}:
            reply.body = json.dumps(odd(given.body) if fault.kind == "odd" else given.body).encode()
        reply.headers |= given.headers
        return reply

    def _all_limits(self, account: int) -> dict[str, Any]:
        found = {
            name: {
                "limit": budget.limit,
                "used": budget.used,
                "remaining": budget.remaining,
                "reset": int(budget.ends + self._skew.total_seconds()) + 1,
            }
            for name in ("core", "graphql")
            for budget in (self.books.budget(name, account),)
        }
        found["search"] = {"limit": 30, "used": 0, "remaining": 30, "reset": int(self.books.now()) + 60}
        return {"resources": found, "rate": found["core"]}


@dataclass(frozen=True)
class Asked:
    """By which token a query was asked, out of which budget, at what price."""

    token: Token
    budget: Budget
    price: Cost
