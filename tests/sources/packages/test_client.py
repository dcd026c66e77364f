"""The packages service's client against a loopback one that behaves, refuses, limits and drips."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import stamina

from pipelines.errors import Paused, TerminalError, TransientError
from pipelines.sandbox.faults import Fault
from pipelines.sandbox.packages.server import PackagesServer
from pipelines.sources import web
from pipelines.sources.packages import client as client_module
from pipelines.sources.packages.client import PackagesClient, Spent


def package(purl: str = "pkg:pypi/kiln", repository: str = "cinderfell/kiln", **fields: Any) -> dict[str, Any]:
    kind, _, name = purl.removeprefix("pkg:").partition("/")
    return {
        "ecosystem": kind,
        "name": name,
        "purl": purl,
        "registry": {"name": f"registry of {kind}", "purl_type": kind},
        "repository_url": f"https://github.com/{repository}",
        "downloads": 100,
        "downloads_period": "last-month",
        **fields,
    }


@pytest.fixture(autouse=True)
def _own_budget(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(client_module, "SPENT", Spent())
    with stamina.set_testing(True, attempts=3):
        yield
    web.ask_again()


@pytest.fixture
def server() -> Iterator[PackagesServer]:
    with PackagesServer({"cinderfell/kiln": [package(), package("pkg:npm/%40kiln/cli")]}) as server:
        yield server


def test_one_request_brings_every_registrys_packages_and_names_the_program(server: PackagesServer) -> None:
    looked = PackagesClient(server.endpoint, "ops@example.org").of_repository("cinderfell/kiln")
    assert [one["purl"] for one in looked.packages] == ["pkg:pypi/kiln", "pkg:npm/%40kiln/cli"]
    assert not looked.has_more
    assert server.requests == ["/api/v1/packages/lookup?repository_url=https://github.com/cinderfell/kiln"]
    assert server.agents[0].startswith("ecotone/")
    assert "ops@example.org" in server.agents[0]


def test_a_package_is_found_by_its_package_url(server: PackagesServer) -> None:
    looked = PackagesClient(server.endpoint).of_purl("pkg:npm/%40kiln/cli")
    assert [one["name"] for one in looked.packages] == ["%40kiln/cli"]


@pytest.mark.parametrize("kind", ["429", "502", "cut", "half", "html"])
def test_what_passes_is_tried_again(server: PackagesServer, kind: str) -> None:
    server.faults.append(Fault(kind, times=2))
    waits: list[float] = []
    looked = PackagesClient(server.endpoint, sleep=waits.append).of_repository("cinderfell/kiln")
    assert len(looked.packages) == 2
    assert len(server.requests) == 3
    assert waits == ([1.0, 1.0] if kind == "429" else [])


@pytest.mark.parametrize(
    ("kind", "error"), [("502", TransientError), ("404", TerminalError), ("no-list", TerminalError)]
)
def test_what_does_not_pass_names_repository_and_address(
    server: PackagesServer, kind: str, error: type[Exception]
) -> None:
    server.faults.append(Fault(kind, times=None))
    with pytest.raises(error, match=f"the packages of cinderfell/kiln, from {server.endpoint}/api"):
        PackagesClient(server.endpoint).of_repository("cinderfell/kiln")


def test_a_long_wait_pauses_instead_of_being_sat_out() -> None:
    with PackagesServer({}, allowed=0, retry_after=3_000) as server, pytest.raises(Paused, match="3,000 s"):
        PackagesClient(server.endpoint).of_repository("cinderfell/kiln")
    assert len(server.requests) == 1


def test_the_hours_requests_are_kept_whoever_asks(server: PackagesServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "REQUESTS_AN_HOUR", 503)
    for _ in range(3):
        PackagesClient(server.endpoint).of_repository("cinderfell/kiln")
    with pytest.raises(Paused, match="3 requests were made within an hour"):
        PackagesClient(server.endpoint).of_repository("cinderfell/kiln")
    assert len(server.requests) == 3


@pytest.mark.parametrize("kind", ["silent", "drip", "trickle"])
def test_a_service_that_comes_to_no_end_costs_its_time_once(
    server: PackagesServer, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(web, "LIMITS", web.Limits(0.3, 0.4, 0.8))
    server.faults.append(Fault(kind, times=None))
    began = time.monotonic()
    for _repository in range(5):
        with pytest.raises(web.NoAnswer):
            PackagesClient(server.endpoint).of_repository("cinderfell/kiln")
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(("kind", "said"), [("bomb", "after decompression"), ("elsewhere", "another host")])
def test_what_is_too_large_or_elsewhere_is_left(server: PackagesServer, kind: str, said: str) -> None:
    server.faults.append(Fault(kind, times=None))
    with pytest.raises(TerminalError, match=said):
        PackagesClient(server.endpoint).of_repository("cinderfell/kiln")
    assert len(server.requests) == 1
