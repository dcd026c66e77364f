"""The curated rules: valid, sourced, and met by the keys that the git source writes."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from told import an_issue

from pipelines import staging
from pipelines.errors import ConfigurationError
from pipelines.sources.people_keys import person_keys
from pipelines.staging.rules import machines

KEY = b"k" * 32
RULES = {rule.id: rule for rule in machines.rules()}
ROWS = {row[0]: row for row in machines.rule_rows(KEY)}


def who(email: str) -> tuple[str, str | None] | None:
    """Kind and agent of an address by the rules, as staging joins them; None: human."""
    key, login, _ = person_keys([email.encode()], KEY)[0]
    for source_key in (key, f"login:{login.lower()}" if login else None):
        if source_key in ROWS:
            return ROWS[source_key][1:3]
    return ("bot", None) if login and login.endswith("[bot]") else None


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("198982749+Copilot@users.noreply.github.com", ("agent", "copilot")),
        ("175728472+Copilot@users.noreply.github.com", ("agent", "copilot")),
        ("copilot@github.com", ("agent", "copilot")),
        ("noreply@anthropic.com", ("agent", "claude")),
        ("NoReply@Anthropic.com", ("agent", "claude")),
        ("209825114+claude[bot]@users.noreply.github.com", ("agent", "claude")),
        ("noreply@openai.com", ("agent", "codex")),
        ("199175422+chatgpt-codex-connector[bot]@users.noreply.github.com", ("agent", "codex")),
        ("cursoragent@cursor.com", ("agent", "cursor")),
        ("support@cursor.sh", ("agent", "cursor")),
        ("158243242+devin-ai-integration[bot]@users.noreply.github.com", ("agent", "devin")),
        ("161369871+google-labs-jules[bot]@users.noreply.github.com", ("agent", "jules")),
        ("176961590+gemini-code-assist[bot]@users.noreply.github.com", ("agent", "gemini")),
        ("aider@aider.chat", ("agent", "aider")),
        ("openhands@all-hands.dev", ("agent", "openhands")),
        ("amp@ampcode.com", ("agent", "amp")),
        ("215916821+open-swe[bot]@users.noreply.github.com", ("agent", "open-swe")),
        ("open-swe@users.noreply.github.com", ("agent", "open-swe")),
        ("49699333+dependabot[bot]@users.noreply.github.com", ("bot", None)),
        ("29139614+renovate[bot]@users.noreply.github.com", ("bot", None)),
        ("github-actions[bot]@users.noreply.github.com", ("bot", None)),
        ("41898282+github-actions[bot]@users.noreply.github.com", ("bot", None)),
        ("66853113+pre-commit-ci[bot]@users.noreply.github.com", ("bot", None)),
        ("noreply@github.com", ("bot", None)),
        ("1+an-app-nobody-knows[bot]@users.noreply.github.com", ("bot", None)),
        ("claude@example.com", None),
        ("claude.monet@gmail.com", None),
        ("81847+claude@users.noreply.github.com", ("agent", "claude")),
        ("81848+claude@users.noreply.github.com", None),
        ("128439645+sweep-ai[bot]@users.noreply.github.com", ("agent", "sweep")),
        ("199161495+cursoragent@users.noreply.github.com", ("agent", "cursor")),
        ("219766164+opencode-agent[bot]@users.noreply.github.com", ("agent", "opencode")),
        ("159125892+gpt-engineer-app[bot]@users.noreply.github.com", ("agent", "lovable")),
        ("62310815+github-advanced-security[bot]@users.noreply.github.com", ("agent", "copilot")),
        ("noreply@commandcode.ai", ("agent", "command-code")),
        ("oz-agent@warp.dev", ("agent", "warp")),
        ("agent@warp.dev", ("agent", "warp")),
        ("no-reply@ona.com", ("agent", "ona")),
        ("roomote@roocode.com", ("agent", "roo-code")),
        ("junie@jetbrains.com", ("agent", "junie")),
        ("k8s-ci-robot@users.noreply.github.com", ("bot", None)),
        ("google-oss-robot@users.noreply.github.com", ("bot", None)),
        ("ImgBotHelp@gmail.com", ("bot", None)),
        ("github-actions[bot]@github.com", ("bot", None)),
        ("gardener@tensorflow.org", ("bot", None)),
        ("travis@travis-ci.org", ("bot", None)),
        ("builds@circleci.com", ("bot", None)),
        ("gitlab-ci@gitlab.com", ("bot", None)),
        ("azuredevops@microsoft.com", ("bot", None)),
        ("pr-bot@minimaxi.com", ("bot", None)),
        ("devin@users.noreply.github.com", None),
        ("jules@google.com", None),
        ("cursor@example.com", None),
        ("someone@anthropic.com", None),
        ("robot@users.noreply.github.com", None),
        ("1+bot@users.noreply.github.com", None),
    ],
)
def test_who_an_address_is(email: str, expected: tuple[str, str | None] | None) -> None:
    assert who(email) == expected


@pytest.mark.parametrize(
    ("agent", "month"),
    [  # first public releases as published in LFX Insights' tracker of AI code
        ("copilot", (2021, 6)),
        ("claude", (2023, 3)),
        ("cursor", (2023, 3)),
        ("aider", (2023, 5)),
        ("devin", (2024, 3)),
    ],
)
def test_an_agent_counts_from_its_first_public_release(agent: str, month: tuple[int, int]) -> None:
    since = RULES[agent].since
    assert since is not None
    assert (since.year, since.month) == month


@pytest.mark.parametrize("rule", machines.rules(), ids=lambda rule: rule.id)
def test_each_rule_is_sourced_and_names_somebody(rule: machines.Rule) -> None:
    assert rule.source.startswith("https://")
    assert rule.identities()
    assert (rule.kind == "agent") == (rule.agent is not None) == (rule.since is not None)
    assert rule.since is None or date(2021, 1, 1) < rule.since < date(2026, 12, 1)


def test_rows_carry_no_address() -> None:
    assert all("@" not in row[0] for row in machines.rule_rows(KEY))
    assert {row[0].partition(":")[0] for row in machines.rule_rows(KEY)} == {"account", "login", "hf-login", "email"}
    assert len(ROWS) == len(machines.rule_rows(KEY))


def test_the_hashes_follow_the_key_of_the_installation() -> None:
    def hashes(key: bytes) -> set[str]:
        return {row[0] for row in machines.rule_rows(key) if row[0].startswith("email:")}

    assert hashes(KEY).isdisjoint(hashes(b"x" * 32))


def test_the_rule_by_ending_is_the_one_that_staging_matches() -> None:
    sql = (Path(staging.__file__).parent / "person.sql").read_text(encoding="utf-8")
    assert f"LIKE 'login:%{RULES['github-app'].login_ending}'" in sql
    assert "'github-app'" in sql


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": '"person"'}, "kind 'person' must be bot or agent"),
        ({"source": '"http://x"'}, "source must be a public address"),
        ({"source": None}, "source is missing"),
        ({"agent": None}, "an agent needs agent"),
        ({"since": '"2024-01-01"'}, "since must be a date"),
        ({"kind": '"bot"'}, "agent is for agents only"),
        ({"names": '["Claude"]'}, "unknown key 'names'"),
        ({"emails": '["X@Example.com"]'}, "not an e-mail address in lower case"),
        ({"emails": '["nobody"]'}, "not an e-mail address"),
        ({"logins": '["a b"]'}, "'a b' is not a login"),
        ({"account_ids": "[true]"}, "True is not an account id"),
        ({"emails": None}, "it names nobody"),
        ({"login_ending": '"bot"'}, "login_ending can be"),
        ({"id": '"A B"'}, "its id must be small letters"),
    ],
)
def test_a_wrong_rule_is_named_with_what_is_wrong(change: dict[str, str | None], message: str) -> None:
    rule = {
        "id": '"one"',
        "kind": '"agent"',
        "agent": '"one"',
        "since": "2024-01-01",
        "emails": '["one@example.com"]',
        "source": '"https://example.com"',
    }
    text = "[[rule]]\n" + "\n".join(f"{name} = {value}" for name, value in {**rule, **change}.items() if value)
    with pytest.raises(ConfigurationError, match=r"machines\.toml, .*") as caught:
        machines.parse(text)
    assert message in str(caught.value)


def test_an_identity_belongs_to_one_rule() -> None:
    text = """
    [[rule]]
    id = "one"
    kind = "bot"
    logins = ["Some-Bot"]
    source = "https://example.com"
    [[rule]]
    id = "two"
    kind = "bot"
    logins = ["some-bot"]
    source = "https://example.com"
    """
    with pytest.raises(ConfigurationError, match="two: login some-bot stands in one, too"):
        machines.parse(text)


def test_rules_that_are_not_toml_are_named() -> None:
    with pytest.raises(ConfigurationError, match=r"machines\.toml is not valid TOML"):
        machines.parse("[[rule]")


@pytest.mark.parametrize(
    ("login", "kind"),
    [
        ("vllm-ci-bot", "bot"),
        ("acme_release_bot", "bot"),
        ("bot", "bot"),
        ("acme-bot-2", "bot"),
        ("lumen-test-robot", "bot"),
        ("corvidmergebot", "bot"),
        ("acme-ci-user", "bot"),
        ("svc-build", "human"),
        ("acme-svc", "bot"),
        ("abbot", "human"),
        ("talbot", "human"),
        ("jean-talbot", "human"),
        ("claude", "human"),
        ("devin", "human"),
        ("mr-robot", "human"),
        ("leroy-jenkins", "human"),
        ("zhang-ci", "human"),
        ("botond", "human"),
        ("robothead", "human"),
        ("dagobot", "human"),
    ],
)
def test_accounts_of_peoples_type_are_machines_where_only_machines_are_called_so(
    installation: Any, login: str, kind: str
) -> None:
    told = {"author_key": "account:4711", "author_login": login, "author_type": "User"}
    installation.tell("issues", "o/a", [an_issue(1, **told)])
    assert installation.ask("SELECT kind FROM staging.person") == [(kind,)]


def test_an_agent_that_comes_as_an_app_is_an_agent(installation: Any) -> None:
    told = {"author_key": "account:4711", "author_login": "roomote", "author_type": "Bot"}
    installation.tell("issues", "o/a", [an_issue(1, **told)])
    assert installation.ask("SELECT kind, agent FROM staging.person") == [("agent", "roo-code")]


def test_every_pattern_is_sourced_and_takes_no_letter_for_a_word() -> None:
    for pattern in machines.patterns():
        assert pattern.source.startswith("https://")
        assert not re.fullmatch(pattern.login, "abbot"), pattern.id
