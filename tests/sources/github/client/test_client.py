"""GitHub's client against a loopback GitHub that behaves: answers, pages, accounts, many at once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from github_server import ISSUES, PATH, WHERE, Asked, Fault, Made, Purse, Server, TestClock, numbers

from pipelines.errors import BadToken, ConfigurationError, Paused, TerminalError, TransientError
from pipelines.settings import Settings
from pipelines.sources.github.client.accounts.budget import MOST_AT_ONCE
from pipelines.sources.github.client.client import GitHub


def test_an_answer_has_the_data_and_the_cost_but_not_the_limits(server: Server, github: Made) -> None:
    server.cost = lambda _asked: 3
    answer = github().ask(ISSUES, WHERE | {"first": 1}, what="one issue")
    assert answer.data == server.issues(Asked("", {"first": 1}, ""))
    assert (answer.cost, answer.errors) == (3, ())


def test_limits_are_asked_for_with_every_document(server: Server, github: Made) -> None:
    github().ask(ISSUES, WHERE | {"first": 1}, what="one issue")
    assert all("rateLimit{limit cost remaining resetAt}" in asked.query for asked in server.asked)


def test_pages_come_in_order_with_cursor_and_total(github: Made) -> None:
    pages = list(github().pages(ISSUES, WHERE, path=PATH, what="issues of sound/code"))
    assert [len(page.nodes) for page in pages] == [100, 100, 50]
    assert [(page.cursor, page.has_next, page.total) for page in pages] == [
        ("100", True, 250),
        ("200", True, 250),
        ("250", False, 250),
    ]


def test_pages_go_on_from_a_cursor(github: Made) -> None:
    assert numbers(github(), after="240") == list(range(240, 250))


def test_a_page_is_not_asked_for_before_it_is_wanted(server: Server, github: Made) -> None:
    pages = github().pages(ISSUES, WHERE, path=PATH, what="issues of sound/code")
    next(pages)
    assert len(server.questions) == 1


def test_an_empty_connection_is_one_empty_page(server: Server, github: Made) -> None:
    server.count = 0
    page, *others = github().pages(ISSUES, WHERE, path=PATH, what="issues of sound/code")
    assert (page.nodes, page.cursor, page.has_next, page.total, others) == ([], None, False, 0, [])


def test_a_cursor_that_stands_still_ends_the_listing(server: Server, github: Made) -> None:
    info = {"endCursor": "x", "hasNextPage": True}
    server.data = lambda _asked: {"repository": {"issues": {"totalCount": 2, "nodes": [], "pageInfo": info}}}
    with pytest.raises(TerminalError, match="not where"):
        numbers(github())
    assert len(server.questions) == 2


def test_edges_are_read_where_a_document_asks_for_them(server: Server, github: Made) -> None:
    info = {"endCursor": "x", "hasNextPage": False}
    server.data = lambda _asked: {"repository": {"stars": {"edges": [{"starredAt": "2026"}], "pageInfo": info}}}
    (page,) = github().pages(ISSUES, WHERE, path=("repository", "stars"), what="stars")
    assert page.nodes == [{"starredAt": "2026"}]


def test_tokens_of_one_account_share_one_budget(server: Server, github: Made) -> None:
    ada, bob = Purse("ada", 1), Purse("bob", 2, limit=1_000)
    server.purses = {"ghp_one": ada, "ghp_two": ada, "ghp_three": bob}
    client = github("ghp_one", "ghp_two", "ghp_three")
    assert [(each.account, each.tokens, each.limit) for each in client.connect()] == [
        ("ada", 2, 5000),
        ("bob", 1, 1000),
    ]
    assert client.budgets[1].remaining == 999
    assert client.requests == 3


def test_the_account_with_most_to_spare_is_asked(server: Server, github: Made) -> None:
    server.purses = {"ghp_one": Purse("ada", 1, limit=100), "ghp_two": Purse("bob", 2)}
    client = github("ghp_one", "ghp_two")
    numbers(client)
    assert {asked.token for asked in server.questions} == {"ghp_two"}
    assert client.spent == 2 + 3


def test_without_limits_nothing_is_counted(server: Server, github: Made) -> None:
    server.purses = {next(iter(server.purses)): Purse("ada", 1, limit=None)}
    client = github()
    assert len(numbers(client, size=1)) == 250
    assert (client.spent, client.budgets[0].limit, client.budgets[0].remaining) == (0, None, None)


def test_a_token_that_is_refused_is_told_and_the_others_go_on(server: Server, github: Made) -> None:
    client = github("ghp_wrong", *server.purses)
    assert len(numbers(client)) == 250
    (told,) = client.bad_tokens
    assert told.startswith("token 1 of 2: GitHub refused the token (401")


def test_a_token_revoked_in_mid_run_is_left_and_the_others_go_on(server: Server, github: Made) -> None:
    server.purses = {"ghp_one": Purse("ada", 1), "ghp_two": Purse("bob", 2, limit=100)}
    server.faults.append(Fault(401, {"message": "Bad credentials"}, times=2, when=lambda asked: asked.variables != {}))
    client = github("ghp_one", "ghp_two")
    assert len(numbers(client)) == 250
    assert [budget.account for budget in client.budgets] == ["bob"]


def test_one_401_among_good_answers_is_asked_about_again_before_a_token_is_dropped(
    server: Server, github: Made
) -> None:
    server.faults.append(
        Fault(401, {"message": "Bad credentials"}, when=lambda asked: asked.variables.get("after") == "100")
    )
    client = github()
    assert len(numbers(client)) == 250
    assert (len(server.questions), client.bad_tokens) == (4, [])


def test_no_token_that_is_accepted_is_one_error_and_asked_twice(server: Server, github: Made) -> None:
    client = github("ghp_wrong")
    for _ in range(2):
        with pytest.raises(BadToken, match="Make a new one"):
            numbers(client)
    assert len(server.asked) == 2


def test_many_threads_wait_at_the_same_time_but_no_more_than_github_allows(server: Server, github: Made) -> None:
    server.count = 3
    server.purses = {next(iter(server.purses)): Purse("ada", 1, limit=None)}
    server.latency = 0.2
    together = threading.Barrier(100)
    client = github()
    begun = time.perf_counter()

    def one(_number: int) -> int:
        together.wait()
        return len(numbers(client, size=1))

    with ThreadPoolExecutor(100) as pool:
        assert list(pool.map(one, range(100))) == [3] * 100
    assert time.perf_counter() - begun < 300 * 0.2 / 10  # a tenth of one after another, 60 s
    assert 16 < server.most_at_once <= MOST_AT_ONCE
    assert client.requests == 1 + 300


@pytest.mark.usefixtures("no_waiting")
def test_nobody_at_the_address_is_transient_and_tried_once_for_all() -> None:
    client = GitHub("http://127.0.0.1:9", ["ghp_x"])
    try:
        for _ in range(3):
            with pytest.raises(TransientError, match="could not be reached"):
                numbers(client)
        assert client.requests == 1
    finally:
        client.close()


def test_one_client_a_process_until_they_are_closed(server: Server) -> None:
    settings = Settings(Path("home"), Path("catalogue"), github_url=server.url, github_tokens=tuple(server.purses))
    client = GitHub.of(settings)
    assert GitHub.of(settings) is client
    assert len(numbers(client)) == 250
    GitHub.close_all()
    with pytest.raises(Paused, match="stopped"):
        numbers(client)
    another = GitHub.of(settings)
    assert another is not client
    GitHub.close_all()
    another.close()


def test_who_waits_while_it_is_closed_is_paused(server: Server, github: Made) -> None:
    asked, client = threading.Event(), github()
    server.faults.append(Fault(seconds=30, when=lambda each: "viewer" not in each.query and not asked.set()))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(numbers, client)
        assert asked.wait(5)
        client.close()
        with pytest.raises(Paused, match="stopped"):
            waiting.result(5)


@pytest.mark.parametrize("url", ["api.github.com", "ftp://api.github.com", "https://"])
def test_what_is_no_address_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(ConfigurationError, match="ECOTONE_GITHUB_URL"):
        GitHub(url, ["ghp_x"])


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://git.example/api/v3/", "https://git.example/api/graphql"),
        ("https://git.example/api", "https://git.example/api/graphql"),
        ("https://git.example/api/graphql", "https://git.example/api/graphql"),
        ("https://github.com", "https://api.github.com/graphql"),
    ],
)
def test_graphql_stands_where_github_and_an_enterprise_server_have_it(url: str, endpoint: str) -> None:
    client = GitHub(url, ["ghp_x"])
    client.close()
    assert vars(client)["_wire"].url == endpoint


def test_a_proxy_of_the_environment_is_used_with_its_password(
    server: Server, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url.replace("//", "//me:hunter2@"))
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    client = GitHub("http://github.example", list(server.purses), clock=clock)
    try:
        assert len(numbers(client)) == 250
    finally:
        client.close()
    assert server.proxied == {"Basic bWU6aHVudGVyMg=="}  # me:hunter2


def test_a_proxy_is_left_out_where_the_environment_says_so(
    server: Server, github: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert len(numbers(github())) == 250
    assert server.proxied == {None}
