"""GitHub's limits: points of an hour and of a run, secondary limits, pages that are too much, how many at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from github_server import HOUR, ISSUES, PATH, WHERE, Asked, Fault, Made, Purse, Server, TestClock, numbers

from pipelines.errors import Overloaded, Paused, TransientError
from pipelines.sources.github.client.accounts import budget as github_budget
from pipelines.sources.github.client.accounts.budget import FIRST_AT_ONCE, MINUTE, MOST_AT_ONCE, countdown
from pipelines.sources.github.client.client import GitHub

SLOW_DOWN = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}


def a_question(asked: Asked) -> bool:
    return "viewer" not in asked.query


def purse(server: Server) -> Purse:
    return next(iter(server.purses.values()))


def test_an_hours_points_but_the_reserve_are_spent_then_the_reset_is_waited_for(
    server: Server, clock: TestClock, github: Made
) -> None:
    purse(server).limit = 150
    told: list[str] = []
    client = github()
    assert numbers(client, size=1, progress=told.append) == list(range(250))
    # 150 points less 2 % for the owner; whose the token is costs one
    reset = next(index for index, asked in enumerate(server.asked) if index and asked.variables["after"] == "146")
    assert reset == 147
    assert clock.passed == pytest.approx(HOUR + 1, abs=2)
    assert told[0] == "waiting 1:00:01 for GitHub's budget of ada"
    assert told[-1].startswith("waiting 0:01 ")
    assert client.spent == 251


def test_the_reset_is_reckoned_by_the_servers_clock(server: Server, clock: TestClock, github: Made) -> None:
    server.skew = -1_234.0
    purse(server).limit = 150
    assert len(numbers(github(), size=1)) == 250
    assert clock.passed == pytest.approx(HOUR + 1, abs=2)


def test_when_somebody_else_has_spent_the_points_the_reset_is_waited_for(
    server: Server, clock: TestClock, github: Made
) -> None:
    client = github()
    client.connect()
    purse(server).used = 5_000
    assert len(numbers(client)) == 250
    assert clock.passed == pytest.approx(HOUR + 1, abs=2)


def test_another_account_is_asked_before_anybody_waits(server: Server, clock: TestClock, github: Made) -> None:
    server.purses = {"ghp_one": Purse("ada", 1, limit=200), "ghp_two": Purse("bob", 2, limit=150)}
    assert len(numbers(github("ghp_one", "ghp_two"), size=1)) == 250
    assert clock.passed == 0
    assert {asked.token for asked in server.questions} == {"ghp_one", "ghp_two"}


def test_points_of_a_run_are_never_exceeded_and_then_it_pauses(clock: TestClock, github: Made) -> None:
    client = github(budget=8)
    pages = client.pages(ISSUES, WHERE, path=PATH, what="issues of sound/code", size=10)
    read = [next(pages) for _ in range(7)]
    with pytest.raises(Paused, match=r"^The 8 points that this run may spend are used up; the next request costs 1"):
        next(pages)
    assert client.spent == 8
    assert read[-1].cursor == "70"
    assert clock.passed == 0


def test_points_of_a_run_hold_for_many_threads_together(server: Server, github: Made) -> None:
    server.cost = lambda _asked: 1
    client = github(budget=40)

    def one(_number: int) -> int:
        try:
            return len(numbers(client, size=10))
        except Paused:
            return 0

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(one, range(20)))
    assert client.spent == 40


def test_a_query_that_costs_more_than_it_should_is_reckoned_with_at_its_price(server: Server, github: Made) -> None:
    server.cost = lambda _asked: 3
    client = github(budget=11)
    with pytest.raises(Paused, match="costs 3"):
        numbers(client, size=10)
    assert client.spent == 1 + 3 * 3


def test_an_answer_that_lost_its_limits_does_not_lift_them(server: Server, github: Made) -> None:
    client = github()
    client.connect()
    error = {"type": "FORBIDDEN", "path": ["b"], "message": "no"}
    body = {"data": {"a": 1, "b": None, "rateLimit": None}, "errors": [error]}
    server.faults += [Fault(200, body, when=a_question), Fault(200, {"data": {"a": 1}}, when=a_question)]
    for _ in range(2):
        assert client.ask(ISSUES, WHERE | {"first": 1}, what="one issue").data["a"] == 1
    assert (client.budgets[0].limit, client.budgets[0].remaining) == (5_000, 4_999)


def test_a_run_with_a_budget_pauses_where_github_would_make_it_wait(
    server: Server, clock: TestClock, github: Made
) -> None:
    purse(server).limit = 100
    client = github(budget=10_000)
    with pytest.raises(Paused, match="ada is down to its reserve of 2 points until 2026-08-22 13:00"):
        numbers(client, size=1)
    assert client.spent == 98
    assert clock.passed == 0


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (Fault(403, SLOW_DOWN, {"Retry-After": "7"}), 7),
        (Fault(429, SLOW_DOWN, {"Retry-After": "7"}), 7),
        (Fault(403, SLOW_DOWN, {"Retry-After": "Sat, 22 Aug 2026 12:00:09 GMT"}), 9),
        (Fault(403, SLOW_DOWN), 60),
        (Fault(200, {"errors": [{"type": "RATE_LIMITED", **SLOW_DOWN}]}, {"Retry-After": "7"}), 7),
        (Fault(200, {"data": None, "errors": [SLOW_DOWN]}), 60),
        (Fault(200, SLOW_DOWN, {"Retry-After": "7"}), 7),
        (Fault(200, {**SLOW_DOWN, "documentation_url": "x"}), 60),
        (
            Fault(
                200,
                {
                    "data": {"repository": None},
                    "errors": [{"path": ["repository"], "type": "RATE_LIMITED", **SLOW_DOWN}],
                },
            ),
            60,
        ),
        (Fault(403, {"message": "You have triggered an abuse detection mechanism."}), 60),
        (Fault(503, "busy", {"Retry-After": "7"}), 7),
        (Fault(403, SLOW_DOWN, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1787400011"}), 11),
    ],
)
def test_a_secondary_limit_is_sat_out(
    server: Server, clock: TestClock, github: Made, fault: Fault, seconds: float
) -> None:
    fault.when = a_question
    server.faults.append(fault)
    told: list[str] = []
    assert len(numbers(github(budget=100), progress=told.append)) == 250
    assert clock.passed == pytest.approx(seconds)
    assert told[0].endswith("because GitHub asked ada to slow down")
    fault.times = 1


def test_secondary_limits_are_waited_for_longer_each_time_and_given_up_in_the_end(
    server: Server, clock: TestClock, github: Made
) -> None:
    server.faults.append(Fault(403, SLOW_DOWN, times=1_000, when=a_question))
    with pytest.raises(TransientError, match="refuses since long"):
        github().ask(ISSUES, WHERE | {"first": 1}, what="one issue")
    waited = [60, 120, 240, 480, 900, 900, 900, 900]
    assert clock.passed == pytest.approx(sum(waited))


def test_a_secondary_limit_halves_how_many_are_asked_at_once(server: Server, github: Made) -> None:
    client = github()
    numbers(client, size=10)
    assert client.at_once == FIRST_AT_ONCE + 25
    server.faults.append(Fault(403, SLOW_DOWN, when=a_question))
    numbers(client)
    assert client.at_once == (FIRST_AT_ONCE + 25) // 2
    numbers(client, size=1)
    assert (FIRST_AT_ONCE + 25) // 2 + 5 < client.at_once < MOST_AT_ONCE


def test_no_more_points_a_minute_than_github_allows(
    server: Server, clock: TestClock, github: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(github_budget, "POINTS_PER_MINUTE", 100)
    purse(server).limit = 6_000
    told: list[str] = []
    numbers(github(), size=2, progress=told.append)
    assert clock.passed == pytest.approx(MINUTE)
    assert told[0] == "waiting 1:00 to keep to GitHub's points a minute (ada)"


@pytest.mark.parametrize("status", [502, 504])
def test_a_page_that_is_too_much_is_halved_asked_again_and_grows_back(
    server: Server, github: Made, status: int
) -> None:
    server.faults.append(Fault(status, "<html>", times=3, when=lambda asked: asked.variables.get("first", 0) > 30))
    pages = list(github().pages(ISSUES, WHERE, path=PATH, what="issues of sound/code"))
    assert [node["number"] for page in pages for node in page.nodes] == list(range(250))
    sizes = [(asked.variables["after"], asked.variables["first"]) for asked in server.questions]
    assert sizes == [
        *((None, 100), (None, 50), (None, 25)),
        *(("25", 25), ("50", 25), ("75", 50), ("75", 25)),
        *(("100", 25), ("125", 25), ("150", 50), ("200", 50)),
    ]


@pytest.mark.parametrize(
    "error",
    [
        {"message": "Something went wrong while executing your query. This may be the result of a timeout."},
        {"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits for this query exceeded."},
        {"type": "MAX_NODE_LIMIT_EXCEEDED", "message": "too many"},
        {"type": "SERVICE_UNAVAILABLE", "message": "x"},
    ],
)
def test_other_words_for_too_much_halve_the_page_too(server: Server, github: Made, error: dict[str, str]) -> None:
    server.faults.append(
        Fault(200, {"data": None, "errors": [error]}, times=99, when=lambda asked: asked.variables.get("first", 0) > 60)
    )
    assert numbers(github()) == list(range(250))
    assert [asked.variables["first"] for asked in server.questions[:3]] == [100, 50, 50]


def test_no_answer_in_time_halves_the_page(server: Server, github: Made) -> None:
    server.faults.append(Fault(seconds=5, when=lambda asked: asked.variables.get("first") == 100))
    assert numbers(github(timeout=0.2)) == list(range(250))
    assert [asked.variables["first"] for asked in server.questions[:2]] == [100, 50]


def test_a_single_node_that_is_too_much_is_tried_a_few_times(server: Server, github: Made) -> None:
    server.faults.append(Fault(502, "<html>", times=1_000, when=a_question))
    with pytest.raises(Overloaded, match="issues of sound/code: GitHub gave up on the answer"):
        numbers(github())
    assert [asked.variables["first"] for asked in server.questions] == [100, 50, 25, 12, 6, 3, *[1] * 5]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(200, {"message": "Server Error"}),
        Fault(500, "oops"),
        Fault(503, {"message": "unavailable"}),
        Fault(200, '{"data": '),
        Fault(cut=True),
    ],
)
def test_what_passes_is_tried_again(server: Server, github: Made, fault: Fault) -> None:
    fault.when, fault.times = a_question, 2
    server.faults.append(fault)
    assert numbers(github()) == list(range(250))
    assert len(server.questions) == 5


def test_what_does_not_pass_is_transient_and_keeps_the_pages(server: Server, github: Made) -> None:
    server.faults.append(Fault(500, "oops", times=99, when=lambda asked: asked.variables.get("after") == "100"))
    pages = github().pages(ISSUES, WHERE, path=PATH, what="issues of sound/code")
    assert len(next(pages).nodes) == 100
    with pytest.raises(TransientError, match=r"GitHub is in trouble \(500: oops\)"):
        next(pages)
    assert len(server.questions) == 6


def test_who_waits_for_the_reset_can_be_stopped(server: Server) -> None:
    waits, purse(server).limit = threading.Event(), 3
    client = GitHub(server.url, list(server.purses))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(numbers, client, size=1, progress=lambda _text: waits.set())
        assert waits.wait(5)
        client.close()
        with pytest.raises(Paused, match="stopped"):
            waiting.result(5)


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "0:01"), (59, "0:59"), (751, "12:31"), (3_723, "1:02:03")])
def test_a_countdown_reads_like_a_clock(seconds: float, text: str) -> None:
    assert countdown(seconds) == text


def test_processor_time_is_kept_to_once_it_was_refused(server: Server, clock: TestClock, github: Made) -> None:
    purse(server).limit = 100_000
    taken = [0.0]

    def takes(asked: Asked) -> int:  # each answer takes two seconds of the clock
        clock.passed += 2
        taken[0] += a_question(asked)
        return 1

    server.cost = takes
    server.faults.append(Fault(403, SLOW_DOWN, {"Retry-After": "60"}, when=lambda _asked: taken[0] == 28))
    told: list[str] = []
    assert len(numbers(github(), size=2, progress=told.append)) == 250
    assert any("processor time" in text for text in told)
    assert clock.passed >= 60 + (125 - 28) / 28.5 * 60  # at most 57 s of answers a minute after that


def test_a_secondary_limit_for_another_reason_does_not_slow_down(
    server: Server, clock: TestClock, github: Made
) -> None:
    server.faults.append(Fault(403, SLOW_DOWN, {"Retry-After": "7"}, when=a_question))
    assert len(numbers(github(), size=2)) == 250
    assert clock.passed == pytest.approx(7)
