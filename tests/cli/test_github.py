"""What doctor, status and run say of GitHub: tokens, accounts, points to come, points spent, a budget for one run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from github_apps import APP, KEY
from small_world import NOW, Called, call
from tls import authority

from pipelines.cli.reports.points import Outlook, lasting
from pipelines.sandbox.github.server.answer import Token
from pipelines.sandbox.github.server.rest.apps import Apps
from pipelines.sandbox.github.server.server import GitHubServer
from pipelines.sandbox.github.world.facts import Account, GitHubWorld
from pipelines.sandbox.github.world.generated import generated
from pipelines.settings import Settings
from pipelines.sources.github.client.activity import FILE, Activity
from pipelines.sources.github.client.client import Budget

ADA, OTHER, BOB = (f"ghp_PlantedByATestNeverToBeSeen{number}" for number in range(3))
ADAS = Account("ada", 1)
CATALOGUE = """
[[ecosystem]]
id = "one"
label = "One"
[[project]]
id = "sound"
label = "Sound"
ecosystem = "one"
region = "us"
layer = "model"
repositories = ["sound/code", "sound/tone", "sound/gone"]
"""
Do = Callable[..., Called]


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    world = GitHubWorld.of(
        [
            generated("sound/code", issues=250, stars=130, comments=1, id=1),
            generated("sound/tone", issues=20, stars=10, comments=1, id=2),
        ]
    )
    with GitHubServer(world, tokens={ADA: Token(ADAS), OTHER: Token(ADAS), BOB: Token(Account("bob", 2))}) as server:
        yield server


@pytest.fixture
def do(server: GitHubServer, tmp_path: Path) -> Do:
    (tmp_path / "ecosystems.toml").write_text(CATALOGUE)

    def called(*arguments: str, **environment: str) -> Called:
        settings = {
            "ECOTONE_HOME": str(tmp_path / "home"),
            "ECOTONE_CATALOGUE": str(tmp_path / "ecosystems.toml"),
            "ECOTONE_GITHUB_URL": server.endpoint,
            "GITHUB_TOKEN": ADA,
            "ECOTONE_NOW": NOW,
        }
        said = call(*arguments, **(settings | environment))
        assert "PlantedByATestNeverToBeSeen" not in said.out + said.err
        return said

    return called


def lines(text: str, what: str) -> list[str]:
    return [one for one in text.splitlines() if one[6:].startswith(what)]


def test_doctor_says_whose_the_token_is_what_is_left_and_what_the_catalogue_will_cost(
    do: Do, server: GitHubServer, tmp_path: Path
) -> None:
    said = do("doctor")
    assert said.code == 0
    assert lines(said.out, "GitHub token 1") == [
        "ok    GitHub token 1      of ada, without scopes: it reads what is public"
    ]
    (budget,) = lines(said.out, "GitHub budget")
    assert re.search(r"ada: 4,999 of 5,000 points left until \d\d:\d\d UTC, 100 of them are never touched$", budget)
    (missing,) = lines(said.out, "GitHub names")
    assert missing.startswith("warn  GitHub names        repository sound/gone: not found, says GitHub. Unconf")
    (estimate,) = lines(said.out, "GitHub estimate")
    # 3 + 1 pages of issues, 2 + 1 of stars, community once each: the rest of the world is empty
    assert "useful within the hour (3 points), whole within the hour (8 points) for 2 repositories" in estimate
    assert "(issues 4, community 2, stargazers 2; people apart)" in estimate
    assert len(server.requests) == 3  # two by GraphQL, one by REST
    assert not (tmp_path / "home").exists()


def test_doctor_tells_tokens_of_one_account_from_those_of_several(do: Do) -> None:
    said = do("doctor", GITHUB_TOKENS=f"{OTHER},{BOB},ghp_wrong")
    assert said.code == 0
    shared, single = lines(said.out, "GitHub budget")
    assert shared.startswith("warn")
    assert shared.endswith("; 2 tokens share it")
    assert single.startswith("ok    GitHub budget       bob: ")
    (bad,) = lines(said.out, "GitHub token 4")
    assert bad.startswith("warn  GitHub token 4      GitHub refused the token (401")
    assert "4 set" in lines(said.out, "GITHUB_TOKENS")[0]


def test_doctor_warns_of_a_token_that_may_do_more_than_is_needed(do: Do, server: GitHubServer) -> None:
    server.answerer.tokens[ADA] = Token(ADAS, scopes=("repo", "admin:org"))
    (warned,) = lines(do("doctor").out, "GitHub token 1")
    assert warned == "warn  GitHub token 1      of ada, may do: repo, admin:org"


def test_doctor_fails_if_no_token_is_accepted_and_warns_if_nobody_answers(do: Do) -> None:
    said = do("doctor", GITHUB_TOKEN="ghp_wrong")
    assert said.code == 1
    assert lines(said.out, "GitHub")[0].startswith("fail  GitHub              GitHub refused the token (401")
    said = do("doctor", ECOTONE_GITHUB_URL="http://127.0.0.1:9")
    assert said.code == 0
    assert lines(said.out, "GitHub")[0].startswith("warn  GitHub              whose token this is: GitHub could not be")
    said = do("doctor", ECOTONE_GITHUB_URL="api.github.com")
    assert said.code == 1
    assert "api.github.com is not an address" in said.out


def test_doctor_without_a_token_asks_nobody(do: Do, server: GitHubServer) -> None:
    said = do("doctor", GITHUB_TOKEN="")
    assert said.code == 0
    assert server.requests == []
    assert "not set: sources that need it are skipped" in lines(said.out, "GITHUB_TOKEN")[0]


def test_a_run_with_a_budget_pauses_and_the_next_one_goes_on(do: Do, server: GitHubServer, tmp_path: Path) -> None:
    only = ("run", "--no-publish", "--source", "issues", "--source", "stargazers")
    said = do(*only, "--budget", "5")
    assert "paused" in said.out
    assert "The 5 points that this run may spend are used up" in said.out
    status = do("status").out
    assert re.search(r"^GitHub +last asked .* UTC: 5 of 5 points spent in 5 requests$", status, re.MULTILINE)
    assert re.search(r"^ +ada: 4,995 of 5,000 points left until \d\d:\d\d UTC$", status, re.MULTILINE)
    assert re.search(r"about \d points to go for the first fetch of 2 repositories", status)
    said = do(*only)
    assert not re.search(r"^issues .* paused", said.out, re.MULTILINE)
    issues = [text for text in server.requests if "issues(first:$first" in text]
    assert len(issues) == len(set(issues)) == 4  # no page was asked for twice
    for path in (tmp_path / "home").rglob("*"):
        if path.is_file():
            assert b"PlantedByATestNeverToBeSeen" not in path.read_bytes(), path


def test_status_tells_what_goes_on(do: Do, tmp_path: Path) -> None:
    do("run", "--no-publish", "--source", "stargazers")
    home = tmp_path / "home"
    told = json.loads((home / FILE).read_text())
    told |= {"ended_at": None, "waiting": "waiting 12:31 for GitHub's budget of ada", "at_once": 8}
    told |= {"under_way": {f"issues of sound/{number}": 1 for number in range(5)}}
    (home / FILE).write_text(json.dumps(told))
    status = do("status").out
    assert re.search(
        r"^GitHub +asked since .* UTC, told \d\d:\d\d:\d\d: (\d) points spent in \1 requests$", status, re.MULTILINE
    )
    assert "              waiting 12:31 for GitHub's budget of ada\n" in status
    assert (
        "5 requests under way (at most 8): issues of sound/0, issues of sound/1, issues of sound/2 and 2 more\n"
        in status
    )
    told |= {"pid": 2**22 + 1}  # beyond the largest that a system gives
    (home / FILE).write_text(json.dumps(told))
    assert "GitHub        last asked " in do("status").out
    (home / FILE).write_text("{")
    assert Activity.read(home) is None
    assert "GitHub " not in do("status").out


@pytest.mark.parametrize(
    ("hours", "text"), [(0.001, "1 minute"), (0.7, "42 minutes"), (3.2, "3 hours"), (60, "2.5 days")]
)
def test_how_long_it_lasts_is_said_in_the_unit_that_fits(hours: float, text: str) -> None:
    assert lasting(hours) == text


def test_hours_come_from_what_is_left_now_and_what_comes_each_hour() -> None:
    now = Settings.from_environment({}).now()
    two = [Budget(name, 1, 5_000, 1_100, now, 0) for name in ("ada", "bob")]
    assert Outlook(2_000, 1, {}).hours(two) == 0
    assert Outlook(2_000 + 9_800, 1, {}).hours(two) == 1
    assert Outlook(2_000, 1, {}).hours([Budget("ada", 1, None, None, None, 0)]) is None


def test_a_budget_is_a_number_of_points() -> None:
    said = call("run", "--budget", "0")
    assert said.code == 2
    assert "--budget" in said.err


def test_doctor_shows_app_authorities_and_proxies_and_none_of_their_secrets(
    do: Do, server: GitHubServer, tmp_path: Path
) -> None:
    server.answerer.apps = Apps([APP])
    bundle, _context = authority(tmp_path / "tls")
    said = do(
        "doctor",
        GITHUB_TOKEN="",
        ECOTONE_GITHUB_APP_ID=APP.id,
        ECOTONE_GITHUB_APP_KEY=KEY,
        ECOTONE_CA_BUNDLE=str(bundle),
        HTTPS_PROXY="http://me:hunter2@127.0.0.1:9",
        NO_PROXY="127.0.0.1",
    )
    assert said.code == 0
    (app,) = lines(said.out, "GitHub App")
    assert app.endswith("4711, with its key")
    assert [one[26:].partition(":")[0] for one in lines(said.out, "GitHub budget")] == ["lowmere", "highmere"]
    (trusted,) = lines(said.out, "ECOTONE_CA_BUNDLE")
    assert f"{bundle}: 1 certificate authority; it alone is trusted" in trusted
    (proxies,) = lines(said.out, "proxies")
    assert "https by http://…@127.0.0.1:9; none for 127.0.0.1" in proxies
    assert "hunter2" not in said.out
    assert KEY.splitlines()[1] not in said.out


def test_doctor_says_that_an_apps_key_is_none(do: Do) -> None:
    said = do("doctor", ECOTONE_GITHUB_APP_ID="1", ECOTONE_GITHUB_APP_KEY="none")
    assert said.code == 1
    assert "ECOTONE_GITHUB_APP_KEY is no private key" in said.out
