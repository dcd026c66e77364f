"""The Hub's client against a loopback Hub that behaves, refuses, breaks off and goes in circles."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import huggingface_hub
import pytest
import stamina

import pipelines.sources.huggingface.client.client as client_module
from pipelines.errors import SourceError, TerminalError, TransientError
from pipelines.sandbox.faults import Fault
from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.huggingface.server import HubServer
from pipelines.sources import web
from pipelines.sources.huggingface.client.client import HubClient, Page
from pipelines.sources.web import ATTEMPTS, NoAnswer

COUNT = 2_500  # three pages


def rows(count: int = COUNT) -> list[dict[str, Any]]:
    names = [f"aurora-lab/model-{index:04}" for index in range(count)]
    return [
        {"_id": f"id-{name}", "id": name, "author": "aurora-lab", "createdAt": "2026-01-01T00:00:00.000Z"}
        for name in names
    ]


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=ATTEMPTS):
        yield


@pytest.fixture(autouse=True, scope="module")
def _closed_at_the_end() -> Iterator[None]:
    yield
    huggingface_hub.close_session()


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer(HubModels(rows())) as server:
        yield server


def read(client: HubClient, pages: list[Page] | None = None) -> list[Page]:
    pages = [] if pages is None else pages
    pages.extend(client.models(what="the models of aurora-lab", author="aurora-lab"))
    return pages


def test_all_pages_come_in_the_asked_order(hub: HubServer) -> None:
    client = HubClient(hub.endpoint)
    pages = read(client)
    assert [len(page.rows) for page in pages] == [1000, 1000, 500]
    assert len({row["id"] for page in pages for row in page.rows}) == COUNT
    assert client.requests == 3
    assert all("sort=createdAt" in target and "expand=childrenModelCount" in target for target in hub.requests)


@pytest.mark.parametrize("kind", ["cut", "half", "html", "429", "502", "503"])
def test_what_passes_is_tried_again_and_nothing_is_lost(hub: HubServer, kind: str) -> None:
    hub.faults.append(Fault(kind, match="cursor=", times=2))
    waits: list[float] = []
    pages = read(HubClient(hub.endpoint, sleep=waits.append))
    assert len({row["id"] for page in pages for row in page.rows}) == COUNT
    assert len(hub.requests) == 5
    assert len(waits) == (2 if kind == "429" else 0)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("cut", "without sending complete message"),
        ("half", "breaks off"),
        ("html", "text/html instead of JSON"),
        ("502", "502"),
        ("429", "429"),
    ],
)
def test_what_does_not_pass_is_transient_names_the_address_and_keeps_the_pages(
    hub: HubServer, kind: str, said: str
) -> None:
    hub.faults.append(Fault(kind, match="cursor=", times=None))
    pages: list[Page] = []
    with pytest.raises(TransientError, match=said) as error:
        read(HubClient(hub.endpoint, sleep=lambda _seconds: None), pages)
    assert [len(page.rows) for page in pages] == [1000]
    assert "the models of aurora-lab" in str(error.value)
    assert f"{hub.endpoint}/api/models?" in str(error.value)
    assert len(hub.requests) == 1 + ATTEMPTS


@pytest.mark.parametrize(
    ("kind", "said"),
    [("401", "missing or private"), ("404", "missing or private"), ("400", "400"), ("no-list", "no JSON list")],
)
def test_a_refusal_is_terminal_and_asked_once(hub: HubServer, kind: str, said: str) -> None:
    hub.faults.append(Fault(kind, times=None))
    with pytest.raises(TerminalError, match=said):
        read(HubClient(hub.endpoint))
    assert len(hub.requests) == 1


def test_a_refused_token_is_named_as_such(hub: HubServer) -> None:
    hub.faults.append(Fault("401"))
    with pytest.raises(TerminalError, match="HF_TOKEN"):
        read(HubClient(hub.endpoint, token="hf_planted"))


def test_a_repeated_cursor_ends_the_listing_instead_of_going_round(hub: HubServer) -> None:
    hub.faults.append(Fault("repeated-cursor", match="cursor="))
    pages: list[Page] = []
    with pytest.raises(TerminalError, match="same next page twice"):
        read(HubClient(hub.endpoint), pages)
    assert [len(page.rows) for page in pages] == [1000, 1000]


def test_a_page_that_comes_twice_is_counted_once_and_marked(hub: HubServer) -> None:
    hub.faults.append(Fault("repeated-page", match="cursor="))
    pages = read(HubClient(hub.endpoint))
    assert [(len(page.rows), page.repeated) for page in pages] == [(1000, False), (0, True), (500, False)]


def test_pages_that_only_repeat_end_the_listing() -> None:
    with HubServer(HubModels(rows(8_000))) as hub:
        hub.faults.append(Fault("repeated-page", match="cursor=", times=None))
        with pytest.raises(TerminalError, match="3 pages in a row"):
            read(HubClient(hub.endpoint))


def test_a_row_without_an_id_is_left_out_and_counted(hub: HubServer) -> None:
    hub.faults.append(Fault("null-id"))
    pages = read(HubClient(hub.endpoint))
    assert [(len(page.rows), page.left_out) for page in pages] == [(999, 1), (1000, 0), (500, 0)]


def test_the_limit_is_obeyed_before_it_bites() -> None:
    waits: list[float] = []
    told: list[str] = []
    with HubServer(HubModels(rows()), calls=2, window_seconds=1) as hub:
        client = HubClient(hub.endpoint, progress=told.append, sleep=waits.append)
        pages = client.models(what="x", author="aurora-lab")
        next(pages)
        next(pages)
        # The wait is recorded instead of sat out, so the Hub refuses after all.
        with stamina.set_testing(True, attempts=1), pytest.raises(TransientError, match="429"):
            next(pages)
    assert len(waits) == 1
    assert 0 < waits[0] <= 2
    assert "limit of calls" in told[0]


def test_the_token_goes_to_the_endpoint_only(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = hub.answer

    def foreign_link(path: str, query: str) -> Any:
        given = answer(path, query)
        if "Link" in given.headers:
            given.headers["Link"] = given.headers["Link"].replace("127.0.0.1", "evil.example")
        return given

    monkeypatch.setattr(hub, "answer", foreign_link)
    pages = read(HubClient(hub.endpoint, token="hf_planted"))
    assert sum(len(page.rows) for page in pages) == COUNT


def test_a_hub_that_is_not_there_is_transient_and_named() -> None:
    with HubServer(HubModels([])) as hub:
        endpoint = hub.endpoint
    with pytest.raises(TransientError, match="the models of aurora-lab"):
        read(HubClient(endpoint))


def test_an_address_that_is_none_is_said_to_be() -> None:
    with pytest.raises(SourceError, match="HF_ENDPOINT"):
        read(HubClient("ftp://127.0.0.1"))


def test_a_listing_may_be_empty() -> None:
    with HubServer(HubModels([])) as hub:
        assert [page.rows for page in read(HubClient(hub.endpoint))] == [[]]


@pytest.mark.parametrize("announced", [None, 1_500])
def test_a_listing_that_does_not_end_is_left_after_what_was_announced(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch, announced: int | None
) -> None:
    monkeypatch.setattr(client_module, "MOST_PAGES", 4)
    hub.faults.append(Fault("endless", times=None))
    pages: list[Page] = []
    listing = HubClient(hub.endpoint).models(what="x", filters=["base_model:a/b"], announced=announced)
    with pytest.raises(TerminalError, match=r"no end after 4 pages, and (1,500 were|the Hub) announce"):
        pages.extend(listing)
    assert len(pages) == 4


def test_the_hub_may_not_ask_to_wait_again_and_again(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "LONGEST_WAIT_SECONDS", 2.5)
    hub.faults.append(Fault("429", times=None))
    waits: list[float] = []
    with pytest.raises(NoAnswer, match="asked to wait for more than"):
        read(HubClient(hub.endpoint, sleep=waits.append))
    assert len(waits) == 1


def test_a_redirect_of_the_hub_to_another_host_gets_no_token(hub: HubServer) -> None:
    hub.faults.append(Fault("elsewhere", times=None))
    with pytest.raises(TerminalError, match="redirected to another host"):
        read(HubClient(hub.endpoint, token="hf_planted"))
    assert len(hub.requests) == 1


@pytest.mark.parametrize("kind", ["silent", "drip", "trickle"])
def test_a_hub_that_comes_to_no_end_costs_its_time_once(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(web, "LIMITS", web.Limits(0.3, 0.4, 0.8))
    hub.faults.append(Fault(kind, times=None))
    began = time.monotonic()
    for _organization in range(5):
        with pytest.raises(NoAnswer):
            read(HubClient(hub.endpoint))
    assert time.monotonic() - began < 3
    web.ask_again()
