"""GitHub App: installations are accounts of their own, tokens are renewed before they end, keys are never shown."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import stamina
from github_apps import APP, KEY, OTHER_KEY
from github_house import House

from pipelines.errors import BadToken, ConfigurationError, EcotoneError
from pipelines.sandbox.github.server.faults import Fault
from pipelines.sandbox.github.server.limits import Limits
from pipelines.sandbox.github.server.server import TOKEN, GitHubServer
from pipelines.sandbox.github.world.facts import GitHubWorld
from pipelines.sandbox.github.world.generated import generated
from pipelines.settings import Settings
from pipelines.sources.github.client.client import GitHub, load_document

WORLD = GitHubWorld.of([generated("lowmere/mill", issues=120, stars=30, change_requests=20)])
WHERE = {"owner": "lowmere", "name": "mill"}


def environment(server: GitHubServer, **more: str) -> dict[str, str]:
    return {
        "ECOTONE_GITHUB_URL": server.endpoint,
        "ECOTONE_GITHUB_APP_ID": APP.id,
        "ECOTONE_GITHUB_APP_KEY": KEY,
    } | more


@contextmanager
def asking(server: GitHubServer, **more: str) -> Iterator[GitHub]:
    client = GitHub.to(Settings.from_environment(environment(server, **more)))
    try:
        with stamina.set_testing(True, attempts=3):
            yield client
    finally:
        client.close()


def ask(client: GitHub) -> Any:
    return client.ask(load_document("community"), WHERE, what="community").data["repository"]["nameWithOwner"]


def test_each_installation_is_an_account_with_a_budget_of_its_own() -> None:
    with GitHubServer(WORLD, apps=[APP], limits=Limits(points=20)) as server, asking(server) as client:
        budgets = client.connect()
        assert [(each.account, each.limit, each.remaining) for each in budgets] == [
            ("lowmere", 20, 19),
            ("highmere", 20, 19),
        ]
        for _ in range(30):  # more than one of them has
            assert ask(client) == "lowmere/mill"
        assert server.answerer.apps.given == 2
        assert [report.login for report in client.report_tokens()] == ["lowmere", "highmere"]
        assert client.rest_rows("/repos/lowmere/mill/security-advisories", what="advisories") == []


def test_they_stand_beside_tokens_and_suspended_ones_are_left_out() -> None:
    app = replace(APP, suspended=frozenset({12}))
    with GitHubServer(WORLD, apps=[app]) as server, asking(server, GITHUB_TOKEN=TOKEN) as client:
        assert [each.account for each in client.connect()] == ["survey-walker", "lowmere"]


def test_a_token_is_renewed_before_it_ends() -> None:
    app = replace(APP, token_seconds=1.0, installations={11: APP.installations[11]})
    with GitHubServer(WORLD, apps=[app]) as server, asking(server) as client:
        until = time.monotonic() + 3.2
        while time.monotonic() < until:
            assert ask(client) == "lowmere/mill"
            time.sleep(0.1)
        assert server.answerer.apps.given >= 2
        assert client.bad_tokens == []


def test_a_token_that_was_revoked_is_replaced() -> None:
    with GitHubServer(WORLD, apps=[APP]) as server, asking(server) as client:
        assert ask(client) == "lowmere/mill"
        server.answerer.apps.revoke()
        assert ask(client) == "lowmere/mill"
        assert client.rest_rows("/repos/lowmere/mill/security-advisories", what="advisories") == []
        server.answerer.apps.revoke()
        assert client.rest_rows("/repos/lowmere/mill/security-advisories", what="advisories") == []
        assert client.bad_tokens == []


def test_an_app_that_is_refused_is_told_and_other_tokens_are_used() -> None:
    with GitHubServer(WORLD, apps=[APP]) as server:
        with asking(server, GITHUB_TOKEN=TOKEN, ECOTONE_GITHUB_APP_KEY=OTHER_KEY) as client:
            assert ask(client) == "lowmere/mill"
            (told,) = client.bad_tokens
            assert "correct ECOTONE_GITHUB_APP_ID" in told
        with (
            asking(server, ECOTONE_GITHUB_APP_KEY=OTHER_KEY) as client,
            pytest.raises(BadToken, match="refused the App"),
        ):
            ask(client)


def test_trouble_while_it_asks_where_it_is_installed_passes() -> None:
    faults = [Fault("503", match="/app"), Fault("dropped", match="/app")]
    with GitHubServer(WORLD, apps=[APP], faults=faults) as server, asking(server) as client:
        assert ask(client) == "lowmere/mill"


def test_a_house_that_has_only_an_app_fetches_all_streams(tmp_path: Path) -> None:
    with GitHubServer(WORLD, apps=[APP]) as server:
        one = House(tmp_path, server)
        assert one.statuses(**environment(server, GITHUB_TOKEN="")) <= {"ok", "unchanged", "skipped"}
        assert len(one.rows("issues")) == 120
        leaves_no_trace(tmp_path)


def leaves_no_trace(folder: Path) -> None:
    lines = [line for line in KEY.splitlines() if len(line) > 40]
    for path in folder.rglob("*"):
        if path.is_file():
            told = path.read_bytes()
            assert b"ghs_" not in told, path
            assert not any(line.encode() in told for line in lines), path


@pytest.mark.parametrize("kind", ["bad-token", "500", "html", "half", "silent-key"])
def test_neither_key_nor_tokens_are_shown(caplog: pytest.LogCaptureFixture, kind: str) -> None:
    caplog.set_level(logging.DEBUG)
    with GitHubServer(WORLD, apps=[APP]) as server, asking(server) as client:
        client.connect()
        if kind != "silent-key":
            server.faults.append(Fault(kind, times=None))
        said = [repr(client), repr(vars(client)["_keyring"]), repr(Settings.from_environment(environment(server)))]
        try:
            said.append(str(ask(client)))
        except EcotoneError as error:
            said += [str(error), repr(error.__context__), repr(error.__cause__)]
        said += [caplog.text, repr(client.budgets), repr(client.activity())]
    lines = [line for line in KEY.splitlines() if len(line) > 40]
    assert [text for text in said if "ghs_" in text or "eyJ" in text or any(line in text for line in lines)] == []


def test_a_key_may_stand_in_a_file_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    path = tmp_path / "app.pem"
    path.write_text(KEY)
    settings = Settings.from_environment({"ECOTONE_GITHUB_APP_ID": "1", "ECOTONE_GITHUB_APP_KEY_PATH": str(path)})
    assert settings.github_app_key == KEY
    assert settings.has("github_token")
    inline = Settings.from_environment(
        {"ECOTONE_GITHUB_APP_ID": "1", "ECOTONE_GITHUB_APP_KEY": KEY.replace("\n", "\\n")}
    )
    assert inline.github_app_key == KEY
    for wrong, said in (
        ({"ECOTONE_GITHUB_APP_ID": "1"}, "ECOTONE_GITHUB_APP_KEY_PATH"),
        ({"ECOTONE_GITHUB_APP_KEY": KEY}, "ECOTONE_GITHUB_APP_ID is not set"),
        ({"ECOTONE_GITHUB_APP_ID": "1", "ECOTONE_GITHUB_APP_KEY_PATH": str(tmp_path / "none")}, "cannot be read"),
    ):
        with pytest.raises(ConfigurationError, match=said):
            Settings.from_environment(wrong)
    bad = Settings.from_environment({"ECOTONE_GITHUB_APP_ID": "1", "ECOTONE_GITHUB_APP_KEY": "no key"})
    with pytest.raises(ConfigurationError, match="is no private key"):
        GitHub.to(bad)
