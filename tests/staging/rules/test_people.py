"""One person with several keys: only where people.toml declares it, whatever the accounts are called."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from told import an_issue, who

from pipelines.catalogue import Catalogue
from pipelines.errors import ConfigurationError
from pipelines.orchestration.installation import Installation
from pipelines.sources.people_keys import email_key
from pipelines.staging.rules.people import declared

KEY = b"k" * 32
LINK = '[[person]]\nkeys = ["github:login-of-7", "ann@example.org"]\nsource = "https://example.org/ann"\n'


def test_each_key_is_as_staging_has_it_and_no_address_is_kept() -> None:
    text = '[[person]]\nkeys = ["github:Ann", "hf:Ann-Hub", "account:7", "Ann@Example.org"]\nsource = "https://x.org"'
    assert declared(text, KEY).links == [
        (1, "login:ann"),
        (1, "hf-login:ann-hub"),
        (1, "account:7"),
        (1, email_key(b"ann@example.org", KEY)),
    ]
    assert declared("", KEY).links == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[person", "people.toml is not valid TOML"),
        ("[people]\n", "there is no 'people'"),
        ('[[person]]\nkeys = ["github:a", "hf:b"]\n', "people.toml:1: person 1: source is missing"),
        (LINK.replace(', "ann@example.org"', ""), "keys is a list of two or more"),
        (LINK.replace("github:login-of-7", "ann"), "'ann' is no key: github:<login>"),
        (LINK.replace("https", "http"), "source must be the public address"),
        (LINK + LINK, "people.toml:4: it names a key that person 1 names, too"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_what_to_write(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=r"people\.toml") as caught:
        declared(text, KEY)
    assert message in str(caught.value)


def test_declared_keys_are_one_person_and_equal_names_are_not(installation: Any, now: Any) -> None:
    address = email_key(b"ann@example.org", installation.settings.key)
    commits = [{"sha": "1", "author_key": address}, {"sha": "2", "author_key": "login:ben"}]
    installation.tell("commits", "o/a", commits)
    installation.tell("issues", "o/a", [an_issue(1, **who("author", "account:7"))])
    installation.tell("issues", "o/a", [an_issue(2, **who("author", "account:8"))], at=now + timedelta(hours=1))
    authors = "SELECT author_id FROM staging.commit UNION ALL SELECT author_id FROM staging.issue ORDER BY 1"
    apart = installation.warehouse().publication_id
    assert installation.ask(authors) == [("account:7",), ("account:8",), (address,), ("login:ben",)]
    (installation.home / "people.toml").write_text(LINK)
    assert installation.warehouse().publication_id != apart
    assert installation.ask(authors) == [("account:7",), ("account:7",), ("account:8",), ("login:ben",)]
    assert installation.ask("SELECT count(*) FROM staging.person") == [(3,)]
    assert installation.ask(authors, "rebuilt.duckdb") == installation.ask(authors)
    (installation.home / "people.toml").unlink()
    assert installation.ask("SELECT count(*) FROM staging.person") == [(4,)]


ACROSS = """
[[ecosystem]]
id = "code"
label = "Code"
[[ecosystem]]
id = "weights"
label = "Weights"
[[project]]
label = "Code"
ecosystem = "code"
region = "us"
layer = "framework"
repositories = ["o/a"]
[[project]]
label = "Weights"
ecosystem = "weights"
region = "eu"
layer = "model"
huggingface = ["org"]
"""
SHARED = "SELECT DISTINCT value FROM metrics.shared_contributors WHERE entity_id = 'ecosystem:code' AND series = ''"


def test_a_person_is_shared_between_github_and_the_hub_only_where_that_is_declared(installation: Any, now: Any) -> None:
    installation.catalogue = Catalogue.parse(ACROSS)
    hub = "hf-user:0123456789abcdef01234567"
    at = now - timedelta(days=40)
    installation.tell("issues", "o/a", [an_issue(1, **who("author", "account:7"), created_at=at)])
    model = {"hub_id": "m", "name": "org/m", "created_at": at, "day": now.date()}
    installation.tell_hub("models", [model])
    told = {"author_key": hub, "author_login": "Login-of-7", "author_type": "User", "created_at": at, "comments": []}
    installation.tell_hub(
        "discussions", [{"hub_id": "m", "model": "org/m", "number": 1, "day": now.date(), "status": "open", **told}]
    )
    assert shared(installation) == [(0.0,)]  # one name, and nothing that says it is one person
    link = LINK.replace("ann@example.org", "hf:login-of-7")
    (installation.home / "people.toml").write_text(link)
    assert shared(installation) == [(1.0,)]


def shared(installation: Any) -> list[Any]:
    warehouse = installation.warehouse()
    installation.build()
    warehouse.build("metrics.shared_contributors")
    with duckdb.connect(str(warehouse.path), read_only=True) as connection:
        found: list[Any] = connection.execute(SHARED).fetchall()
    return found


def test_a_mistake_is_told_before_anything_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "people.toml").write_text("[[person]]\n")
    monkeypatch.setenv("ECOTONE_HOME", str(tmp_path))
    with pytest.raises(ConfigurationError, match=r"people\.toml:1: person 1: keys is missing"):
        Installation.from_environment()


def test_a_login_that_two_accounts_had_links_nobody(installation: Any, now: Any) -> None:
    address = email_key(b"ann@example.org", installation.settings.key)
    installation.tell("commits", "o/a", [{"sha": "1", "author_key": address}])
    for number, key in enumerate(("account:7", "account:8")):
        row = an_issue(number, author_key=key, author_login="login-of-7", author_type="User")
        installation.tell("issues", "o/a", [row], at=now + timedelta(hours=number))
    (installation.home / "people.toml").write_text(LINK)
    assert installation.ask("SELECT count(DISTINCT person_id) FROM staging.person") == [(3,)]


MACHINES = """
[[bot]]
logins = ["acme-release"]
addresses = ["ci@acme.example"]
patterns = ["acme-.*-runner"]
source = "https://acme.example/bots"

[[agent]]
agent = "acme-coder"
since = 2026-01-31
logins = ["coder-of-acme"]
source = "https://acme.example/coder"

[[human]]
logins = ["mister-bot"]
source = "https://acme.example/people"
"""


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        ("acme-release", ("bot", None)),
        ("acme-gpu-runner", ("bot", None)),
        ("coder-of-acme", ("agent", "acme-coder")),
        ("mister-bot", ("human", None)),
        ("other-bot", ("bot", None)),
        ("runner", ("human", None)),
    ],
)
def test_what_the_installation_declares_of_machines_wins(
    installation: Any, login: str, expected: tuple[str, str | None]
) -> None:
    (installation.home / "people.toml").write_text(MACHINES)
    installation.tell("issues", "o/a", [an_issue(1, author_key="account:7", author_login=login, author_type="User")])
    assert installation.ask("SELECT kind, agent FROM staging.person") == [expected]


def test_a_declared_address_is_a_machines(installation: Any) -> None:
    (installation.home / "people.toml").write_text(MACHINES)
    address = email_key(b"ci@acme.example", installation.settings.key)
    installation.tell("commits", "o/a", [{"sha": "1", "author_key": address}])
    assert installation.ask("SELECT kind, rule FROM staging.person") == [("bot", "people.toml:bot-1")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (MACHINES.replace('"acme-.*-runner"', '".*"'), "people.toml:5: '.*' may match anybody"),
        (MACHINES.replace('"acme-.*-runner"', '"acme-("'), "people.toml:5: 'acme-(' is no regular expression"),
        (MACHINES.replace("since = 2026-01-31\n", ""), "people.toml:8: agent 1: since is missing"),
        (MACHINES.replace("[[human]]", "[[humans]]"), "people.toml:14: there is no 'humans'"),
        (MACHINES.replace('"mister-bot"', '"mister bot"'), "people.toml:15: 'mister bot' is none of logins"),
        (MACHINES.replace('"mister-bot"', '"acme-release"'), "people.toml:14: it names a key that bot 1 names"),
        ("[[bot]]\nsource = 'https://x'", "people.toml:1: bot 1: it names nobody"),
        ("[[bot]]\nlogin = ['x']\nsource = 'https://x'", "people.toml:2: bot 1: unknown key 'login'"),
    ],
)
def test_a_mistake_about_a_machine_is_told_with_its_line(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        declared(text, KEY)
    assert message in str(caught.value)
