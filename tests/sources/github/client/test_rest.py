"""REST by PyGithub: tokens in turn, limits waited for, refusals in the same tree; what a token may do."""

from __future__ import annotations

from typing import Any

import github as pygithub
import pytest
from github_server import TOKEN, Asked, Made, Purse, Server, TestClock

from pipelines.errors import BadToken, Blocked, EcotoneError, Gone, MissingScope, NeedsSso, Paused, TransientError

ADVISORIES = "/repos/sound/code/security-advisories"
EXHAUSTED = {"message": "API rate limit exceeded for user ID 1."}
SLOW_DOWN = {"message": "You have exceeded a secondary rate limit."}
Reply = tuple[int, Any, dict[str, str]]


def advisories(rest: pygithub.Github) -> list[str]:
    return [each.ghsa_id for each in rest.get_repo("sound/code").get_repository_advisories()]


def one_advisory(asked: Asked) -> Reply:
    assert asked.path == ADVISORIES
    return 200, [{"ghsa_id": "GHSA-one"}], {}


def test_one_request_brings_the_advisories(server: Server, github: Made) -> None:
    server.rest = one_advisory
    assert github().by_rest(advisories, what="advisories of sound/code") == ["GHSA-one"]
    (asked,) = server.asked
    assert asked.token == TOKEN
    assert asked.variables == {"per_page": "100"}


def test_pygithub_itself_can_be_had(server: Server, github: Made) -> None:
    server.rest = one_advisory
    assert advisories(github().rest()) == ["GHSA-one"]


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (401, "Bad credentials", BadToken),
        (403, "Resource not accessible by personal access token", MissingScope),
        (403, "Resource protected by organization SAML enforcement.", NeedsSso),
        (404, "Not Found", Gone),
        (451, "Repository access blocked", Blocked),
    ],
)
def test_each_refusal_has_its_own_outcome_and_is_asked_once_but_for_a_401(
    server: Server, github: Made, status: int, message: str, kind: type[EcotoneError]
) -> None:
    server.rest = lambda _asked: (status, {"message": message}, {})
    with pytest.raises(EcotoneError) as raised:
        github().by_rest(advisories, what="advisories of sound/code")
    assert type(raised.value) is kind
    assert raised.value.__context__ is None
    assert len(server.asked) == (2 if status == 401 else 1)


def test_one_401_is_asked_about_again(server: Server, github: Made) -> None:
    replies = [(401, {"message": "Bad credentials"}, {}), (200, [], {})]
    server.rest = lambda _asked: replies.pop(0)
    assert github().by_rest(advisories, what="advisories of sound/code") == []


def test_rows_come_page_by_page_in_whatever_shape_and_from_the_same_host(server: Server, github: Made) -> None:
    following = '<http://elsewhere.example/repos/sound/code/security-advisories?after=2>; rel="next"'
    replies = {None: (200, [{"ghsa_id": None}, None, 3], {"Link": following}), "2": (200, [{"a": 1}], {})}
    server.rest = lambda asked: replies[asked.variables.get("after")]
    found = github().rest_rows(ADVISORIES, what="advisories of sound/code")
    assert found == [{"ghsa_id": None}, None, 3, {"a": 1}]


@pytest.mark.parametrize("body", [{"message": "odd"}, {}, None, "text", 17])
def test_what_is_no_list_is_tried_again_and_transient(server: Server, github: Made, body: Any) -> None:
    server.rest = lambda _asked: (200, body, {})
    with pytest.raises(TransientError):
        github().rest_rows(ADVISORIES, what="advisories of sound/code")
    assert len(server.asked) == 5


def test_a_limit_in_words_alone_is_waited_for(server: Server, clock: TestClock, github: Made) -> None:
    replies = [(200, SLOW_DOWN, {"Retry-After": "7"}), (200, [], {})]
    server.rest = lambda _asked: replies.pop(0)
    assert github().rest_rows(ADVISORIES, what="advisories of sound/code") == []
    assert clock.passed == 8


def test_trouble_is_tried_again(server: Server, github: Made) -> None:
    replies = [(502, {}, {}), (500, {}, {}), (200, [], {})]
    server.rest = lambda _asked: replies.pop(0)
    assert github().by_rest(advisories, what="advisories of sound/code") == []


def test_trouble_that_stays_is_transient(server: Server, github: Made) -> None:
    server.rest = lambda _asked: (503, {"message": "unavailable"}, {})
    with pytest.raises(TransientError, match="advisories of sound/code: GitHub is in trouble"):
        github().by_rest(advisories, what="advisories of sound/code")
    assert len(server.asked) == 5


@pytest.mark.parametrize(
    ("message", "headers", "seconds"),
    [
        (SLOW_DOWN, {"Retry-After": "7"}, 8),
        (SLOW_DOWN, {}, 61),
        (SLOW_DOWN, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1787401800"}, 1_801),
        (EXHAUSTED, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1787401800"}, 1_801),
    ],
)
def test_a_limit_is_waited_for(
    server: Server, github: Made, message: Any, headers: dict[str, str], seconds: int
) -> None:
    replies = [(403, message, headers), (200, [], {})]
    server.rest = lambda _asked: replies.pop(0)
    told: list[str] = []
    assert github().by_rest(advisories, what="advisories of sound/code", progress=told.append) == []
    assert server.clock.seconds() == seconds
    assert told[0].startswith("waiting ")
    assert told[0].endswith("for GitHub's REST budget")


def test_a_run_with_a_budget_pauses_instead(server: Server, clock: TestClock, github: Made) -> None:
    server.rest = lambda _asked: (403, SLOW_DOWN, {"Retry-After": "70"})
    with pytest.raises(Paused, match="used up for 1:11"):
        github(budget=1_000).by_rest(advisories, what="advisories of sound/code")
    assert clock.passed == 0


def test_another_token_is_asked_before_anybody_waits(server: Server, clock: TestClock, github: Made) -> None:
    server.rest = lambda asked: (403, SLOW_DOWN, {}) if asked.token == "ghp_one" else (200, [], {})
    assert github("ghp_one", "ghp_two").by_rest(advisories, what="advisories of sound/code") == []
    assert clock.passed == 0


def test_a_token_that_is_refused_is_left(server: Server, github: Made) -> None:
    bad = {"message": "Bad credentials"}
    server.rest = lambda asked: (401, bad, {}) if asked.token == "ghp_one" else (200, [], {})
    client = github("ghp_one", "ghp_two")
    for _ in range(2):
        assert client.by_rest(advisories, what="advisories of sound/code") == []
    assert [asked.token for asked in server.asked] == ["ghp_one", "ghp_one", "ghp_two", "ghp_two"]


def test_a_token_tells_whose_it_is_and_what_it_may_do(server: Server, github: Made) -> None:
    replies: dict[str, Reply] = {
        "ghp_one": (200, {"login": "ada"}, {"X-OAuth-Scopes": "repo, read:org"}),
        "ghp_two": (200, {"login": "bob"}, {"X-OAuth-Scopes": ""}),
        "github_pat_three": (200, {"login": "eve"}, {}),
        "ghs_four": (403, {"message": "Resource not accessible by integration"}, {}),
        "ghp_five": (401, {"message": "Bad credentials ghp_five"}, {}),
    }
    server.rest = lambda asked: replies[asked.token]
    server.purses = {token: Purse("ada", 1) for token in replies}
    first, second, third, fourth, fifth = github(*replies).report_tokens()
    assert (first.login, first.scopes) == ("ada", ("repo", "read:org"))
    assert (second.login, second.scopes) == ("bob", ())
    assert (third.login, third.scopes) == ("eve", None)
    assert (fourth.login, fourth.scopes, fourth.problem) == (None, None, None)
    assert fifth.problem is not None
    assert "ghp_five" not in fifth.problem
    assert [each.number for each in (first, fifth)] == [1, 5]
