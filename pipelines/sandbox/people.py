"""The people of the simulated world: names, e-mail addresses, time zones. Nobody here exists.

Addresses lie under `.example` (RFC 2606) or are noreply addresses of GitHub accounts with ids that it has not given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.sandbox.cast import ECOSYSTEMS, PROJECTS, ZONES_OF
from pipelines.sandbox.chance import Chance
from pipelines.sandbox.times import ZONES, Zone

FIRST = (
    "Ione", "Bram", "Cato", "Delia", "Esk", "Fenna", "Garron", "Hesper", "Idris", "Juno", "Kestrel", "Lior", "Maren",
    "Nils", "Oona", "Perrin", "Quill", "Rowan", "Sable", "Tamsin", "Ulla", "Vesper", "Wren", "Xanthe", "Yarrow", "Zev",
)  # fmt: skip
LAST = (
    "Marrow", "Tidewell", "Ashgrove", "Bellwether", "Coldbrook", "Dunmere", "Everline", "Fallowfield", "Greyhithe",
    "Hollowell", "Inkpen", "Jessamy", "Kingsley-Vane", "Larkspur", "Mossbank", "Netherby", "Oakhollow", "Pennywort",
    "Quickthorn", "Ravenhall", "Saltmarsh", "Thornbury", "Underhay", "Vintner", "Wetherell", "Yewdale",
)  # fmt: skip
FIRST_ACCOUNT = 2_000_000_000  # GitHub's ids are far from there, and it still fits GraphQL's Int
POOL = 1.3  # people of an ecosystem for each contributor of its largest repository
MAIL_DOMAIN = "mail.example"
UNKNOWN_EMAIL = 0.15  # of those who use one e-mail that is not GitHub's, it is not known there
COMPANIES = (None, None, None, "Tidewater Works", "Greyfen Labs", "University of Oversedge", "@saltreach", "freelance")


@dataclass(frozen=True)
class Person:
    """Somebody who contributes.

    Attributes:
        key: the truth's name of the person.
        name: as written in commits.
        emails: those they use; more than one, and only the truth knows that they are one person.
        zone: where they live.
        ecosystem: where they are at home.
        login, account: their account on GitHub and its id.
        company: as their profile there has it.
        known: those of their e-mails that GitHub knows to be theirs.
    """

    key: str
    name: str
    emails: tuple[str, ...]
    zone: Zone
    ecosystem: str
    login: str
    account: int
    company: str | None
    known: tuple[str, ...]


def domains() -> list[str]:
    """The e-mail domains of the world's organisations, and of its mail provider."""
    owners = dict.fromkeys(plan.name.partition("/")[0] for project in PROJECTS for plan in project.repositories)
    return [*(f"{owner}.example" for owner in owners), MAIL_DOMAIN]


def populate(seed: int, scale: float) -> Mapping[str, list[Person]]:
    """All people by home ecosystem; the first of each are its organisation's own."""
    number = 0
    people: dict[str, list[Person]] = {}
    for ecosystem in ECOSYSTEMS:
        chance = Chance(seed, "people", ecosystem)
        plans = [plan for project in PROJECTS if project.ecosystem == ecosystem for plan in project.repositories]
        owner = plans[0].name.partition("/")[0]
        size = max(5, round(max(plan.contributors for plan in plans) * scale * POOL))
        people[ecosystem] = []
        for place in range(size):
            number += 1
            people[ecosystem].append(_person(chance, number, place, ecosystem, owner))
    return people


def _person(chance: Chance, number: int, place: int, ecosystem: str, owner: str) -> Person:
    name, login = _name(number)
    if ecosystem == "cinder" and place == 1:
        name, login = "Claude Devine", f"claude-devine-{number}"  # a person, whatever the name suggests
    at_work, at_home = f"{login}@{owner}.example", f"{login}@{MAIL_DOMAIN}"
    at_github = f"{FIRST_ACCOUNT + number}+{login}@users.noreply.github.com"
    if ecosystem == "aurora" and place == 1:
        emails: tuple[str, ...] = (at_work, at_home, at_github)
    elif chance.happens(0.1):
        emails = (at_home, at_github)
    else:
        emails = (chance.pick((at_work, at_home, at_github), (4, 4, 3) if place < 10 else (1, 6, 3)),)  # noqa: PLR2004
    zones = ZONES_OF[ecosystem]
    zone = ZONES[chance.pick(list(zones), list(zones.values()))]
    on_github = Chance("github", number)  # a chance of its own: it came later, and the rest stays as it was
    unknown = len(emails) == 1 and at_github not in emails and on_github.happens(UNKNOWN_EMAIL)
    company = f"@{owner}" if at_work in emails else on_github.pick(COMPANIES)
    known = () if unknown else tuple(dict.fromkeys((*emails, at_github)))
    return Person(f"person-{number:05}", name, emails, zone, ecosystem, login, FIRST_ACCOUNT + number, company, known)


def _name(number: int) -> tuple[str, str]:
    first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
    round_ = number // (len(FIRST) * len(LAST))
    name = f"{first} {last}" + (f" {round_ + 1}" if round_ else "")
    return name, name.lower().replace(" ", "-")
