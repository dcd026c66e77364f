"""Policies, templates and advisories: what a look told, and what a later one that could not ask does not undo."""

from __future__ import annotations

from datetime import timedelta
from typing import Any


def a_look(now: Any, day: int, **told: Any) -> dict[str, Any]:
    policies = dict.fromkeys(("readme", "code_of_conduct", "contributing", "security_policy"), True)
    templates = {"issue_templates": 2, "pull_request_templates": 0}
    return {"repository_id": "github:1", "day": (now + timedelta(days=day)).date(), **policies, **templates, **told}


def an_advisory(now: Any, number: int, **told: Any) -> dict[str, Any]:
    times = {"reported_at": now - timedelta(days=9), "published_at": now - timedelta(days=2)}
    return {"ghsa_id": f"GHSA-{number}", "severity": "high", **times, **told}


def test_a_look_becomes_what_is_there_and_what_is_not(installation: Any, now: Any) -> None:
    first = a_look(now, 0, license_spdx="NOASSERTION", security_policy=None, advisories=None)
    installation.tell("community", "o/a", [first])
    later = a_look(now, 7, readme=False, advisories=[an_advisory(now, 1)])
    installation.tell("community", "o/a", [later], at=now + timedelta(days=7))
    assert installation.ask(
        "SELECT readme, license, security_policy, issue_templates, pull_request_templates, advisories "
        "FROM staging.community_profile ORDER BY day"
    ) == [(True, True, None, True, False, None), (False, False, True, True, False, 1)]


def test_of_two_looks_on_one_day_the_later_one_counts_whatever_order_they_come_in(installation: Any, now: Any) -> None:
    installation.tell("community", "o/a", [a_look(now, 0, readme=False)], at=now + timedelta(hours=2))
    installation.build()
    installation.tell("community", "o/a", [a_look(now, 0, readme=True)], at=now + timedelta(hours=1))
    rows = "SELECT readme FROM staging.community_profile"
    assert installation.ask(rows) == installation.ask(rows, "rebuilt.duckdb") == [(False,)]


def test_advisories_stay_known_when_a_later_look_may_not_ask_for_them(installation: Any, now: Any) -> None:
    fixed = an_advisory(now, 2, fixed_at=now - timedelta(days=2))
    installation.tell("community", "o/a", [a_look(now, 0, advisories=[an_advisory(now, 1), fixed])])
    installation.tell("community", "o/a", [a_look(now, 7, advisories=None)], at=now + timedelta(days=7))
    asked = "SELECT advisory_id, fixed_at IS NOT NULL, repository_id FROM staging.security_advisory"
    assert installation.ask(asked) == [("GHSA-1", False, "github:1"), ("GHSA-2", True, "github:1")]
    installation.tell("community", "o/a", [a_look(now, 14, advisories=[fixed])], at=now + timedelta(days=14))
    assert installation.ask(asked) == [("GHSA-2", True, "github:1")]
