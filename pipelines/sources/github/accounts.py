"""GitHub → the accounts of those who contributed, and which account an e-mail's hash belongs to, by one commit each.

Who contributed is read from what other streams brought to the lake since the last look. They are asked for in the order
of their keys, a hundred to a request; the state says up to which key, so that a run that ends in between goes on there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from graphql import DocumentNode

from pipelines.errors import Gone, Overloaded
from pipelines.sources import Batch, Request, Source
from pipelines.sources.columns import TIME, column, table
from pipelines.sources.github.client.client import Answer, GitHub, load_document
from pipelines.sources.github.client.documents import repeated
from pipelines.sources.github.client.errors import is_final
from pipelines.sources.github.columns import Node, account_key, moment
from pipelines.sources.github.subjects import CONCURRENCY, NEEDS, probed, subjects

AT_ONCE = 100  # people a request
TRIES = 3  # runs in which somebody whom GitHub could not tell of is asked for again
AGAIN_AFTER = timedelta(days=180)  # people change companies; who is active then is asked for again
COMMITS = "git/commits"
PEOPLE: Mapping[str, tuple[str, ...]] = {
    "github/issues": ("author", "closed_by", "comments"),
    "github/pull_requests": ("author", "closed_by", "merged_by", "comments", "reviews"),
    "github/discussions": ("author", "comments"),
}
LISTS = frozenset({"comments", "reviews"})
NO_PEOPLE = frozenset({"Bot", "Mannequin", "EnterpriseUserAccount"})  # they cannot be looked up by login
Person = tuple[str, str, str]
"""`("email", its key, a commit)` or `("login", the account's key, its login)`."""

SCHEMA = pa.schema(
    [
        column("account_key", pa.string(), "account:<database id>", nullable=False),
        column("account_login", pa.string(), "login when it was fetched", nullable=False),
        column("account_type", pa.string(), "User, Organization, Bot or Mannequin", nullable=False),
        column("company", pa.string(), "as people write it in their profile"),
        column("created_at", TIME, "account created"),
        column("email_key", pa.string(), "email:<hash> of a commit of the account; NULL where looked up by login"),
        column("day", pa.date32(), "day of the look, UTC", nullable=False),
    ],
)


def fetch(request: Request) -> Iterator[Batch]:
    """Look up who contributed to one repository since the last look and is not known yet."""
    state = dict(request.state or {})
    after: Mapping[str, str] = state.get("after", {})
    people = _People(request, after, state.get("upto"))
    wanted = people.wanted(_known(request), tuple(state.get("last", ())))
    if not wanted and people.upto == after:
        return
    lookup = _Lookup(request, GitHub.of(request.settings)) if wanted else None
    under_way = {"after": after, "upto": people.upto, "tries": state.get("tries", 0)}
    for number, part in enumerate(wanted, 1):
        rows = lookup.rows(part) if lookup else []
        request.progress(f"{number * AT_ONCE:,} of {len(wanted) * AT_ONCE:,} people")
        yield Batch(table(rows, SCHEMA), state={**under_way, "last": part[-1][:2]})
    missing = lookup.missing if lookup else []
    if missing and under_way["tries"] < TRIES:
        again = {"after": after, "tries": under_way["tries"] + 1}
        yield Batch(SCHEMA.empty_table(), state=again, reason="; ".join(missing[:TRIES]))
    else:
        yield Batch(SCHEMA.empty_table(), complete=True, state={"after": people.upto})


def _known(request: Request) -> dict[str, date]:
    """Account or e-mail → the day on which it was looked up last."""
    known: dict[str, date] = {}
    for found in request.read("github/accounts", ["account_key", "email_key", "day"], None):
        for name in ("account_key", "email_key"):
            for each, day in zip(found[name].to_pylist(), found["day"].to_pylist(), strict=True):
                if each is not None:
                    known[each] = max(day, known.get(each, day))
    return known


class _People:
    """Who is named in the batches of other streams, each once: a commit of each e-mail, a login of each account."""

    def __init__(self, request: Request, after: Mapping[str, str], upto: Mapping[str, str] | None) -> None:
        self._request = request
        self._after = after
        self._limits = upto
        self._emails: dict[str, str] = {}
        self._logins: dict[str, str] = {}
        self.upto: dict[str, str] = dict(after)
        self._read_commits()
        for stream, roles in PEOPLE.items():
            self._read_people(stream, roles)

    def wanted(self, known: Mapping[str, date], last: tuple[str, ...]) -> list[list[Person]]:
        """Whom to ask for, in parts that fit a request; `last` was asked for already."""
        due = self._request.now.date() - AGAIN_AFTER
        parts = []
        for kind, people in (("email", self._emails), ("login", self._logins)):
            found = [
                (kind, each, by)
                for each, by in sorted(people.items())
                if known.get(each, date.min) < due and (kind, each) > last
            ]
            parts += [found[start : start + AT_ONCE] for start in range(0, len(found), AT_ONCE)]
        return parts

    def _tables(self, stream: str, columns: Sequence[str]) -> Iterator[pa.Table]:
        limit = None if self._limits is None else self._limits.get(stream, "")
        for found in self._request.read(stream, columns, self._after.get(stream)):
            rows = found if limit is None else found.filter(pc.less_equal(found["_batch"].cast(pa.string()), limit))
            if rows.num_rows:
                newest = pc.max(rows["_batch"].cast(pa.string())).as_py()
                self.upto[stream] = max(newest, self.upto.get(stream, ""))
                yield rows

    def _read_commits(self) -> None:
        for rows in self._tables(COMMITS, ["sha", "author_key", "author_login"]):
            for key, login, sha in _last(rows["author_key"], rows["author_login"], rows["sha"]):
                if key.startswith("email:"):
                    self._emails[key] = sha
                elif login:
                    self._logins[key] = login

    def _read_people(self, stream: str, roles: Sequence[str]) -> None:
        names = ("key", "login", "type")
        columns = [f"{role}_{name}" for role in roles if role not in LISTS for name in names]
        for rows in self._tables(stream, [*columns, *(role for role in roles if role in LISTS)]):
            for role in roles:
                if role in LISTS:
                    flat = pc.list_flatten(rows[role].combine_chunks())
                    told = [flat.field(f"author_{name}") for name in names]
                else:
                    told = [rows[f"{role}_{name}"] for name in names]
                for key, login, kind in _last(*told):
                    if kind not in NO_PEOPLE:
                        self._logins[key] = login


def _last(keys: pa.Array, *others: pa.Array) -> Iterator[tuple[str, str, str]]:
    """Each key once, with what its last row says."""
    names = [str(number) for number in range(len(others))]
    rows = pa.table([each.cast(pa.string()) for each in (keys, *others)], names=["key", *names])
    rows = rows.filter(pc.is_valid(rows["key"]))
    last = rows.group_by("key", use_threads=False).aggregate([(name, "last") for name in names])
    yield from zip(*(last[name].to_pylist() for name in ("key", *(f"{name}_last" for name in names))), strict=True)


@dataclass
class _Lookup:
    """Asks for people, a part at a time, and remembers what GitHub could not say."""

    request: Request
    client: GitHub
    missing: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._owner, _, self._name = probed(self.client, self.request).full_name.partition("/")

    def rows(self, part: Sequence[Person]) -> list[dict[str, Any]]:
        """A row for each that has an account; what is too much for GitHub at once is asked for in halves."""
        try:
            answer = self._ask(part)
        except Gone:
            return []  # none of them
        except Overloaded:
            if len(part) == 1:
                raise
            return self._halves(part)
        lost = [person for number, person in enumerate(part) if _is_lost(answer, number)]
        rows = list(self._taken(part, answer))
        if lost and len(part) > 1:
            return [*rows, *self._halves(lost)]
        self.missing += [problem.message for problem in answer.errors if not is_final(problem)]
        return rows

    def _halves(self, part: Sequence[Person]) -> list[dict[str, Any]]:
        half = (len(part) + 1) // 2
        return [row for some in (part[:half], part[half:]) if some for row in self.rows(some)]

    def _taken(self, part: Sequence[Person], answer: Answer) -> Iterator[dict[str, Any]]:
        for number, (kind, key, _by) in enumerate(part):
            account = _account(kind, answer.data.get(f"r{number}"))
            # a login that belongs to somebody else now says nothing of whom it belonged to
            if account is not None and (kind == "email" or key in {account_key(account), _by_login(account)}):
                yield self._row(account, key if kind == "email" else None)

    def _ask(self, part: Sequence[Person]) -> Answer:
        by_commit = part[0][0] == "email"
        variables: dict[str, str] = {}
        for number, (_kind, _key, by) in enumerate(part):
            if by_commit:
                variables |= {f"owner{number}": self._owner, f"name{number}": self._name, f"oid{number}": by}
            else:
                variables[f"login{number}"] = by
        return self.client.ask(
            _document(len(part), by_commit=by_commit),
            variables,
            what=f"accounts of contributors to {self._owner}/{self._name}",
            progress=self.request.progress,
            passing=len(part) == 1,
        )

    def _row(self, account: Node, email_key: str | None) -> dict[str, Any]:
        return {
            "account_key": account_key(account),
            "account_login": account["login"],
            "account_type": account["__typename"],
            "company": account.get("company"),
            "created_at": moment(account["createdAt"]),
            "email_key": email_key,
            "day": self.request.now.date(),
        }


def _is_lost(answer: Answer, number: int) -> bool:
    """Whether this one may come when fewer are asked for: null for an error that passes, or that names no place."""
    alias = f"r{number}"
    own = [problem for problem in answer.errors if problem.path[:1] == (alias,)]
    if own:
        return not any(is_final(problem) for problem in own)
    return answer.data.get(alias) is None and any(not problem.path for problem in answer.errors)


def _account(kind: str, told: Node | None) -> Node | None:
    if told is None or kind == "login":
        return told
    found: Node | None = ((told.get("object") or {}).get("author") or {}).get("user")
    return found


def _by_login(account: Node) -> str:
    return f"login:{account['login'].lower()}"


@cache
def _document(count: int, *, by_commit: bool) -> DocumentNode:
    if by_commit:
        return repeated(load_document("account_of_commit"), "repository", count)
    return repeated(load_document("account"), "repositoryOwner", count)


SOURCE = Source(
    name="accounts",
    source="github",
    stream="accounts",
    description="Type and company of contributors, and the account behind each e-mail of the commits, by the hundred.",
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=False,
    resumable=True,
    concurrency=CONCURRENCY,
    after=(COMMITS, *PEOPLE),
    pool="github_api",
    needs=NEEDS,
)
