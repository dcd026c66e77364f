"""Who there is on the simulated GitHub: accounts of those who commit, of visitors, of organisations, bots and agents.

Nobody here exists, but for the ids of bots and agents that the pipeline's rules know by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from pipelines.sandbox.cast import PROJECTS, Frame
from pipelines.sandbox.chance import Chance
from pipelines.sandbox.github.world.facts import Account
from pipelines.sandbox.people import COMPANIES, FIRST, FIRST_ACCOUNT, LAST, MAIL_DOMAIN, Person

VISITORS, PASSERS, ORGANIZATIONS = 20_000_000, 40_000_000, 60_000_000  # where their ids begin, after FIRST_ACCOUNT
GONE = 0.01  # of the visitors have deleted their account by now
DEPENDABOT = Account("dependabot", 49699333, "Bot")
COPILOT = Account("copilot-swe-agent", 198982749, "Bot")
CARETAKER = Account("millstone-caretaker", FIRST_ACCOUNT + ORGANIZATIONS - 1, "Bot")  # greets, and closes what is stale
BOTS = (DEPENDABOT, COPILOT, CARETAKER)


def account_of(person: Person, since: datetime) -> Account:
    """The account of somebody who commits."""
    return Account(
        person.login, person.account, "User", person.name, person.company, created_at=since, emails=person.known
    )


class Crowd:
    """All accounts of a world; the same frame and people give the same ones."""

    def __init__(self, frame: Frame, people: Mapping[str, Sequence[Person]]) -> None:
        self._frame = frame
        since = datetime(2019, 5, 1, tzinfo=frame.now.tzinfo)
        self.people = {person.key: account_of(person, since) for some in people.values() for person in some}
        owners = dict.fromkeys(
            name.partition("/")[0]
            for project in PROJECTS
            for plan in project.repositories
            for name in (plan.name, plan.former)
            if name
        )
        self.organizations = {
            name: Account(name, FIRST_ACCOUNT + ORGANIZATIONS + at, "Organization", name.title(), created_at=since)
            for at, name in enumerate(owners)
        }
        self._visitors: dict[tuple[str, int], Account] = {}
        self._met = 0
        self._passed = 0

    def visitor(self, ecosystem: str, rank: int) -> Account:
        """The visitor of an ecosystem with that rank: who asks and reports, and does not commit."""
        found = self._visitors.get((ecosystem, rank))
        if found is None:
            self._met += 1
            found = self._visitors[ecosystem, rank] = self._regular(VISITORS + self._met)
        return found

    def passer_by(self) -> Account:
        """Somebody new, who stars or forks and is not seen again."""
        self._passed += 1
        number = PASSERS + self._passed
        first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
        return Account(f"{first}-{last}-{number}".lower(), FIRST_ACCOUNT + number, name=f"{first} {last}")

    def all(self) -> list[Account]:
        """Everybody with an account who may be asked for by name."""
        return [*self.people.values(), *self.organizations.values(), *BOTS]

    def _regular(self, number: int) -> Account:
        chance = Chance(self._frame.seed, "account", number)
        first, last = chance.pick(FIRST), chance.pick(LAST)
        login = f"{first}-{last}-{number}".lower()
        left = self._frame.now - timedelta(days=chance.uniform(5, 200)) if chance.happens(GONE) else None
        return Account(
            login,
            FIRST_ACCOUNT + number,
            "User",
            f"{first} {last}",
            chance.pick(COMPANIES),
            created_at=self._frame.now - timedelta(days=chance.integer(950, 3_000)),
            deleted_at=left.replace(microsecond=0) if left else None,
            emails=(f"{login}@{MAIL_DOMAIN}",),
        )
