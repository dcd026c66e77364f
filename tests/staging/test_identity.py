"""Whose a row is: repositories under their ids, people under their accounts, models in one project."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from told import a_repository, an_issue, who

from pipelines.catalogue import Catalogue
from pipelines.sources.people_keys import email_key

CATALOGUE = """
[[ecosystem]]
id = "one"
label = "One"
[[project]]
label = "A"
ecosystem = "one"
region = "us"
layer = "model"
repositories = ["o/a", "o/b"]
"""


def test_everything_follows_the_database_id_once_it_is_known(installation: Any) -> None:
    installation.tell("commits", "o/a", [{"sha": "1", "author_key": "account:7"}])
    installation.tell("counters", "o/a", [{"stars": 9, "forks": 3}])
    ids = """
    SELECT DISTINCT repository_id FROM staging.commit
    UNION SELECT subject_id FROM catalogue.membership WHERE entity_id = 'project:a'
    UNION SELECT repository_id FROM staging.repository_snapshot
    UNION SELECT subject_id FROM ops.coverage WHERE row_count > 0
    """
    assert sorted(installation.ask(ids)) == [("github:o/a",), ("github:o/b",)]
    entities = installation.ask("SELECT * FROM catalogue.entity ORDER BY ALL")
    installation.tell("repositories", "o/a", [a_repository(1, "o/a")])
    assert sorted(installation.ask(ids)) == [("github:1",), ("github:o/b",)]
    assert installation.ask("SELECT * FROM catalogue.entity ORDER BY ALL") == entities
    assert installation.ask(
        "SELECT full_name, entity_id, identity_origin, database_id FROM staging.repository ORDER BY 1"
    ) == [
        ("o/a", "repository:o/a", "id", 1),
        ("o/b", "repository:o/b", "name", None),
        ("o/c", "repository:o/c", "name", None),
    ]
    assert installation.ask(
        "SELECT observed FROM ops.entity_coverage WHERE entity_id = 'repository:o/a' AND stream = 'commits'"
    ) == [(1,)]


def test_renamed_on_github_or_in_the_catalogue_it_is_the_same_repository(installation: Any) -> None:
    installation.tell("commits", "o/a", [{"sha": "1"}])
    installation.tell("issues", "o/a", [an_issue(1)])
    installation.tell("repositories", "o/a", [a_repository(1, "n/new")])
    assert installation.ask("SELECT full_name FROM staging.repository WHERE entity_id = 'repository:o/a'") == [
        ("n/new",)
    ]
    assert installation.ask("SELECT repository_id FROM staging.identity WHERE source_key = 'github:n/new'") == [
        ("github:1",)
    ]
    installation.catalogue = Catalogue.parse(
        CATALOGUE.replace('"o/a"', '{ name = "n/new", id = "o/a", former = [{ name = "o/a" }] }')
    )
    installation.tell("commits", "n/new", [{"sha": "2"}])
    rows = "SELECT repository_id, count(*) FROM staging.commit GROUP BY 1"
    assert installation.ask(rows) == [("github:1", 2)]
    assert installation.ask(
        "SELECT DISTINCT subject_id FROM catalogue.membership WHERE entity_id = 'repository:o/a'"
    ) == [("github:1",)]


def test_two_that_turn_out_to_be_one_count_once(installation: Any) -> None:
    installation.tell("repositories", "o/a", [a_repository(1, "o/a")])
    installation.tell("repositories", "o/b", [a_repository(1, "o/a")])
    for name in ("o/a", "o/b"):
        installation.tell("commits", name, [{"sha": "1"}, {"sha": "2"}])
        installation.tell("issues", name, [an_issue(1)])
    assert installation.ask("SELECT repository_id, count(*) FROM staging.commit GROUP BY 1") == [("github:1", 2)]
    assert installation.ask("SELECT count(*) FROM staging.issue") == [(1,)]
    assert installation.ask("SELECT count(*) FROM staging.repository WHERE repository_id = 'github:1'") == [(1,)]
    assert installation.ask(
        "SELECT subjects FROM ops.entity_coverage WHERE entity_id = 'project:a' AND stream = 'issues'"
    ) == [(1,)]


def test_addresses_and_logins_become_accounts(installation: Any, now: Any) -> None:
    installation.tell(
        "commits",
        "o/a",
        [
            {"sha": "1", "author_key": "email:aa", "co_author_keys": ["email:bb", "login:login-of-7"]},
            {"sha": "2", "author_key": "login:login-of-7"},
        ],
    )
    installation.tell("issues", "o/a", [an_issue(1, **who("author", "account:7"))])
    installation.tell(
        "accounts",
        "o/a",
        [{"account_key": "account:7", "account_login": "login-of-7", "email_key": "email:aa", "company": "Acme"}],
    )
    assert installation.ask("SELECT sha, author_id, co_author_ids FROM staging.commit ORDER BY 1") == [
        ("1", "account:7", ["email:bb", "account:7"]),
        ("2", "account:7", []),
    ]
    installation.tell(
        "accounts", "o/b", [{"account_key": "account:8", "email_key": "email:aa"}], at=now + timedelta(days=1)
    )
    assert installation.ask("SELECT author_id FROM staging.commit WHERE sha = '1'") == [("account:8",)]
    assert installation.ask("SELECT login, company FROM staging.account WHERE person_id = 'account:7'") == [
        ("login-of-7", "Acme")
    ]


@pytest.mark.parametrize(
    ("key", "login", "kind", "expected"),
    [
        ("account:49699333", "dependabot", "Bot", ("bot", None)),
        ("account:1234567", "an-app-nobody-knows", "Bot", ("bot", None)),
        ("account:198982749", "copilot-swe-agent", "Bot", ("agent", "copilot")),
        ("account:555", "devin-ai-integration", "Bot", ("agent", "devin")),
        ("account:556", "devin-ai-integration", "User", ("human", None)),
        ("account:557", "ann", "User", ("human", None)),
        ("account:558", "claude", "User", ("human", None)),
    ],
)
def test_bots_are_told_by_their_type_and_agents_by_their_rule(
    installation: Any, key: str, login: str, kind: str, expected: tuple[str, str | None]
) -> None:
    installation.tell("issues", "o/a", [an_issue(1, author_key=key, author_login=login, author_type=kind)])
    assert installation.ask("SELECT kind, agent FROM staging.person") == [expected]


def test_an_address_that_a_rule_names_makes_no_account_an_agent(installation: Any) -> None:
    address = email_key(b"noreply@anthropic.com", installation.settings.key)
    installation.tell("commits", "o/a", [{"sha": "1", "author_key": address}])
    installation.tell(
        "accounts", "o/a", [{"account_key": "account:81848", "account_login": "claude", "email_key": address}]
    )
    assert installation.ask("SELECT person_id, kind FROM staging.person ORDER BY kind") == [
        (address, "agent"),
        ("account:81848", "human"),
    ]


OVERLAP = """
[[ecosystem]]
id = "one"
label = "One"
[[project]]
label = "First"
ecosystem = "one"
region = "us"
layer = "model"
huggingface = ["org/*-coder"]
[[project]]
label = "Second"
ecosystem = "one"
region = "eu"
layer = "agent"
huggingface = ["org/big-*"]
"""


def test_a_model_that_two_projects_select_is_the_first_ones(installation: Any, now: Any) -> None:
    installation.catalogue = Catalogue.parse(OVERLAP)
    for name in ("org/big-coder", "org/big-talker", "org/small-coder"):
        installation.tell_hub("models", [{"hub_id": name[4:], "name": name, "day": now.date()}])
    assert installation.ask(
        "SELECT entity_id, subject_id FROM catalogue.membership "
        "WHERE subject_id LIKE 'hf:%' AND entity_id LIKE 'project:%' ORDER BY 2"
    ) == [("project:first", "hf:big-coder"), ("project:second", "hf:big-talker"), ("project:first", "hf:small-coder")]
    assert installation.ask(
        "SELECT count(*) FROM catalogue.membership WHERE subject_id = 'hf:big-coder' AND entity_id = 'region:eu'"
    ) == [(0,)]
