"""Where people work, as far as it shows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pipelines.errors import ConfigurationError
from pipelines.staging.rules import organizations
from pipelines.staging.rules.people import declared

ALL = "SELECT person_id, organization, valid_from, valid_to, basis FROM staging.affiliation ORDER BY 1, 3 NULLS FIRST"


def commits(*told: tuple[str, str | None, date]) -> list[dict[str, Any]]:
    return [
        {
            "sha": str(number),
            "author_key": who,
            "author_domain": domain,
            "authored_epoch": int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()),
        }
        for number, (who, domain, day) in enumerate(told)
    ]


def a_profile(number: int, company: str | None, day: date) -> dict[str, Any]:
    return {"account_key": f"account:{number}", "company": company, "day": day}


def test_addresses_show_organizations_from_day_to_day(installation: Any) -> None:
    first, second, third = date(2025, 1, 10), date(2025, 3, 1), date(2025, 6, 1)
    told = [
        ("email:a", "alibaba-inc.com", first),
        ("email:a", "gmail.com", first + timedelta(days=1)),
        ("email:a", "alibaba.com", second),
        ("email:a", "example.org", third),
        ("email:a", "example.org", third),
        ("email:a", "google.com", third),
        ("email:b", "gmail.com", first),
        ("email:c", None, first),
    ]
    installation.tell("commits", "o/a", commits(*told))
    assert installation.ask(ALL) == [
        ("email:a", "alibaba", first, third, "e-mail"),
        ("email:a", "example.org", third, None, "e-mail"),
    ]


def test_a_profile_holds_backwards_and_gives_way_to_addresses(installation: Any, now: Any) -> None:
    day, later = now.date(), now.date() + timedelta(days=30)
    mailed = date(2026, 1, 10)
    installation.tell("commits", "o/a", commits(("account:2", "google.com", mailed)))
    profiles = [
        a_profile(1, "@QwenLM @somewhere", day),
        a_profile(2, "Google, Inc.", day),
        a_profile(3, "student", day),
    ]
    installation.tell("accounts", "o/a", [*profiles, a_profile(4, "A Small Shop Co., Ltd.", day)])
    installation.tell(
        "accounts",
        "o/a",
        [a_profile(1, None, later), a_profile(2, None, later), a_profile(4, "DeepSeek AI", later)],
        at=now + timedelta(days=30),
    )
    assert installation.ask(ALL) == [
        ("account:1", "alibaba", None, later, "profile"),
        ("account:2", "google", mailed, later, "e-mail"),
        ("account:4", "a small shop", None, later, "profile"),
        ("account:4", "deepseek", later, None, "profile"),
    ]


def test_periods_of_a_person_do_not_overlap(installation: Any, now: Any) -> None:
    installation.tell(
        "commits", "o/a", commits(*(("account:1", f"{n % 3}.org", date(2026, 1, 1 + n)) for n in range(20)))
    )
    installation.tell(
        "accounts", "o/a", [a_profile(1, "elsewhere", now.date()), a_profile(1, "here", date(2026, 1, 5))]
    )
    check = installation.warehouse().entities["staging.affiliation"].checks["periods of a person do not overlap"]
    assert len(installation.ask(ALL)) > 18
    assert installation.ask(check) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[organizations.a", "is not valid TOML"),
        ("[organizations.a]\nnames = ['A']", "write 'A' in lower case"),
        ("[organizations.a]\nnames = ['x']\n[organizations.b]\nnames = ['x']", "'x' stands for a and for b"),
        ("[organizations.a]\ndomains = ['gmail.com']", "'gmail.com' stands for nobody and for a"),
    ],
)
def test_a_mistake_in_the_list_is_named(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        organizations.parse(text, ("gmail.com",))


DECLARED = """
[[affiliation]]
keys = ["account:7"]
organization = "Acme  Labs"
from = 2025-02-01
until = 2025-05-01
source = "https://acme.example/people"
"""


def test_what_is_declared_of_a_time_wins_over_what_shows(installation: Any) -> None:
    told = [
        ("account:7", "google.com", date(2025, 1, 10)),
        ("account:7", "example.org", date(2025, 3, 1)),
        ("account:8", "google.com", date(2025, 1, 10)),
    ]
    installation.tell("commits", "o/a", commits(*told))
    (installation.home / "people.toml").write_text(DECLARED)
    assert installation.ask(ALL) == [
        ("account:7", "google", date(2025, 1, 10), date(2025, 2, 1), "e-mail"),
        ("account:7", "acme labs", date(2025, 2, 1), date(2025, 5, 1), "declared"),
        ("account:7", "example.org", date(2025, 5, 1), None, "e-mail"),
        ("account:8", "google", date(2025, 1, 10), None, "e-mail"),
    ]


def test_what_is_declared_for_good_leaves_nothing_else(installation: Any) -> None:
    installation.tell("commits", "o/a", commits(("account:7", "google.com", date(2025, 1, 10))))
    (installation.home / "people.toml").write_text(
        '[[affiliation]]\nkeys = ["account:7"]\norganization = "acme"\nsource = "https://acme.example"\n'
    )
    assert installation.ask(ALL) == [("account:7", "acme", None, None, "declared")]


def test_two_declared_periods_of_a_key_that_overlap_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"people\.toml:9: it overlaps"):
        declared(DECLARED + DECLARED.replace("2025-02-01", "2025-03-01"), b"k" * 32)
