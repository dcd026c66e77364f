"""Repositories of any size for tests and benchmarks: regular, quick to make, the same for the same arguments.

    GitHubWorld.of([generated("lowmere/large", issues=10_000, change_requests=5_000, stars=20_000, forks=5_000)])

Their truth is their regularity: issue number n has `comments` comments, every third one is closed, and so on.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipelines.sandbox.github.world.facts import (
    Account,
    ChangeRequest,
    Comment,
    Discussion,
    Event,
    Fork,
    Issue,
    Release,
    Repository,
    Review,
    Star,
)

START = datetime(2024, 1, 1, tzinfo=UTC)
END = datetime(2026, 1, 1, tzinfo=UTC)
FIRST_USER = 2_000_000_000  # fits GraphQL's Int, and GitHub's own ids are far from there
WIDE = 1 << 32  # from here ids do not fit GraphQL's Int: `databaseId` is null, `fullDatabaseId` has them
IDS = 2_000  # repositories with ids that differ by less share no id of anything in them
BOT = Account("millstone-helper", FIRST_USER - 1, "Bot")


def users(count: int, *, first: int = 0, prefix: str = "walker") -> list[Account]:
    """That many accounts, with a company now and then."""
    return [
        Account(
            f"{prefix}-{first + n}",
            FIRST_USER + first + n,
            company="@lowmere" if n % 3 == 0 else None,
            emails=(f"{prefix}-{first + n}@mail.example",),
        )
        for n in range(count)
    ]


def generated(  # noqa: PLR0913 - how many of each
    full_name: str,
    *,
    issues: int = 0,
    comments: int = 3,
    change_requests: int = 0,
    reviews: int = 1,
    stars: int = 0,
    forks: int = 0,
    releases: int = 0,
    discussions: int = 0,
    people: int = 50,
    id: int = 2_100_000_000,  # noqa: A002 - as GitHub calls it
    start: datetime = START,
    end: datetime = END,
) -> Repository:
    """A repository with that many of each, evenly over the time from start to end."""
    owner = Account(full_name.partition("/")[0], FIRST_USER - 1_000_000 + id % 1_000_000, "Organization")
    crowd = users(people)
    made = _Maker(id % IDS * 1_000_000, crowd, forks, start, end)
    return Repository(
        id=id,
        full_name=full_name,
        owner=owner,
        created_at=start,
        issues=[made.issue(n, issues, comments) for n in range(issues)],
        change_requests=[
            made.change(issues + n, n, change_requests, comments, reviews) for n in range(change_requests)
        ],
        forks=[made.fork(n, forks, full_name) for n in range(forks)],
        stars=[
            Star(one, made.moment(n, stars)) for n, one in enumerate(users(stars, first=10_000_000, prefix="gazer"))
        ],
        releases=[
            Release(
                made.id(n), f"v0.{n}", crowd[0], made.moment(n, releases), made.moment(n, releases) + timedelta(hours=1)
            )
            for n in range(releases)
        ],
        discussions=[made.discussion(issues + change_requests + n, n, discussions) for n in range(discussions)],
        pushes=[made.moment(n, 100) for n in range(100)],
    )


class _Maker:
    def __init__(self, base: int, crowd: list[Account], forks: int, start: datetime, end: datetime) -> None:
        self._forks = forks
        self._base, self._crowd, self._start, self._span = base, crowd, start, end - start

    def moment(self, n: int, of: int) -> datetime:
        """When the nth of so many happens, to the second: never two at once in streams under some millions."""
        return (self._start + self._span * ((n + 0.5) / max(of, 1))).replace(microsecond=0)

    def id(self, n: int) -> int:
        return self._base + n + 1

    def _who(self, n: int) -> Account:
        return BOT if n % 17 == 16 else self._crowd[n % len(self._crowd)]  # noqa: PLR2004 - now and then a bot

    def _comments(self, n: int, count: int, at: datetime) -> tuple[Comment, ...]:
        return tuple(
            Comment(WIDE + self._base * 50 + n * 50 + k, self._who(n + k + 1), at + timedelta(minutes=10 * (k + 1)))
            for k in range(count)
        )

    def issue(self, n: int, of: int, comments: int) -> Issue:
        at = self.moment(n, of)
        closed = () if n % 3 else (Event("closed", at + timedelta(hours=30), self._who(n + 1), "COMPLETED"),)
        return Issue(n + 1, self.id(n), self._who(n), at, self._comments(n, comments, at), closed)

    def change(self, number: int, n: int, of: int, comments: int, reviews: int) -> ChangeRequest:
        at, who = self.moment(n, of), self._who(n)
        events = [Event("ready", at + timedelta(hours=2), who)] if n % 4 == 0 else []
        if n % 2 == 0:
            merger = self._who(n + 2)
            events += [Event(kind, at + timedelta(hours=50), merger) for kind in ("merged", "closed")]
        elif n % 5 == 0:
            events.append(Event("closed", at + timedelta(hours=60), who))
        looks = tuple(
            Review(WIDE + self._base * 50 + n * 50 + k, self._who(n + k + 1), at + timedelta(hours=5 + k), "APPROVED")
            for k in range(reviews)
        )
        return ChangeRequest(
            number + 1,
            self.id(n),
            who,
            at,
            self._comments(number, comments, at),
            looks,
            tuple(events),
            drafted=n % 4 == 0,
            head=self.id(500_000 + n % max(self._forks, 1)) if n % 3 == 0 else None,
        )

    def fork(self, n: int, of: int, full_name: str) -> Fork:
        at, owner = self.moment(n, of), Account(f"forker-{n}", FIRST_USER + 20_000_000 + n)
        pushes = (at + timedelta(days=2),) if n % 5 == 0 else ()
        return Fork(self.id(500_000 + n), f"{owner.login}/{full_name.partition('/')[2]}", owner, at, pushes)

    def discussion(self, number: int, n: int, of: int) -> Discussion:
        at = self.moment(n, of)
        reply = Comment(self.id(700_001 + 2 * n), self._who(n), at + timedelta(hours=3))
        first = Comment(self.id(700_000 + 2 * n), self._who(n + 1), at + timedelta(hours=2), (reply,))
        return Discussion(number + 1, self.id(n), self._who(n), at, (first,), first.id, at + timedelta(days=1))
