"""Answers of a service that is silent, drips, swells when it is unpacked, or sends us elsewhere."""

from __future__ import annotations

import http.server
import threading
import time
import zlib
from collections.abc import Iterator

import pytest
import stamina

from pipelines.errors import TerminalError, TransientError
from pipelines.sandbox import faults
from pipelines.sandbox.faults import Fault, sent
from pipelines.sources.web import Limits, NoAnswer, Web, ask_again

LIMITS = Limits(silence_seconds=0.4, answer_seconds=0.6, patience_seconds=1.2, content_bytes=1 << 20)


class Service:
    """Answers every GET with `body`, by the faults."""

    def __init__(self) -> None:
        self.body = b'{"good": true}'
        self.headers: dict[str, str] = {}
        self.status = 200
        self.faults: list[Fault] = []
        self.asked: list[str] = []
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                service.asked.append(f"{self.headers['Host']}{self.path}")
                fault = next((one.kind for one in service.faults if one.happens(self.path)), "")
                sent(self, service.status, service.headers, service.body, fault)

            def log_message(self, *_args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setattr(faults, "DRIP_SECONDS", 0.1)
    found = Service()
    thread = threading.Thread(target=found.server.serve_forever, args=(0.02,))
    thread.start()
    with stamina.set_testing(True, attempts=5):
        yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join()
    ask_again()


def get(service: Service, web: Web | None = None) -> bytes:
    web = web or Web("ECOTONE_X_URL", {"User-Agent": "ecotone"}, LIMITS)
    content: bytes = web.retried(lambda: web.get(f"{service.url}/a", what="the thing")).content
    return content


@pytest.mark.parametrize("kind", ["silent", "drip", "trickle"])
def test_a_server_that_does_not_come_to_an_end_costs_the_stated_time_once(service: Service, kind: str) -> None:
    service.faults.append(Fault(kind, times=None))
    service.body = b"x" * 200
    began = time.monotonic()
    with pytest.raises(NoAnswer, match=r"the thing: no .*answer within .* Check ECOTONE_X_URL"):
        get(service)
    assert 0.8 < time.monotonic() - began < LIMITS.patience_seconds + 1
    asked = len(service.asked)
    with pytest.raises(NoAnswer, match=r"not asked, 127\.0\.0\.1:[0-9]+ did not answer before"):
        get(service)
    assert len(service.asked) == asked


@pytest.mark.parametrize("kind", ["silent", "drip", "trickle", "cut"])
def test_one_bad_answer_among_good_ones_passes(service: Service, kind: str) -> None:
    service.faults.append(Fault(kind, skip=1, times=1))
    web = Web("ECOTONE_X_URL", {}, LIMITS)
    assert [get(service, web) for _ in range(3)] == [service.body] * 3
    assert len(service.asked) == 4


def test_an_answer_without_a_length_that_is_shut_down_is_not_taken_for_a_whole_one(service: Service) -> None:
    """Whoever drips a body that ends with the connection: shutting it down looks like its end."""

    class Endless(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x")
                    time.sleep(0.05)
            except OSError:
                return

        def log_message(self, *_args: object) -> None:
            pass

    service.server.RequestHandlerClass = Endless
    with pytest.raises(NoAnswer):
        get(service)


def test_what_swells_when_unpacked_is_left(service: Service) -> None:
    assert len(faults.bomb()) < LIMITS.content_bytes < faults.BOMB_BYTES
    service.faults.append(Fault("bomb", times=None))
    with pytest.raises(TerminalError, match="larger than 1 MiB after decompression"):
        get(service)
    assert len(service.asked) == 1


def test_what_is_too_large_unpacked_is_left(service: Service) -> None:
    service.body = b"x" * (LIMITS.content_bytes + 1)
    with pytest.raises(TerminalError, match="larger than"):
        get(service)


def test_packed_answers_are_read_and_broken_ones_are_not(service: Service) -> None:
    packed = zlib.compressobj(wbits=31)
    whole = packed.compress(b"hello " * 1000) + packed.flush()
    service.headers, service.body = {"Content-Encoding": "gzip"}, whole
    assert get(service) == b"hello " * 1000
    for broken, said in ((whole[:-9], "breaks off"), (b"not gzip at all", "damaged")):
        service.body = broken
        with pytest.raises(TransientError, match=said):
            get(service)


def test_an_encoding_that_was_not_asked_for_is_refused(service: Service) -> None:
    service.headers = {"Content-Encoding": "zstd"}
    with pytest.raises(TerminalError, match="encoded as 'zstd'"):
        get(service)


def test_a_redirect_to_another_host_is_not_followed(service: Service) -> None:
    service.faults.append(Fault("elsewhere", times=None))
    with pytest.raises(TerminalError, match=r"redirected to another host \(localhost:"):
        get(service)
    assert len(service.asked) == 1


def test_a_redirect_on_the_same_host_is_followed_but_not_in_circles(service: Service) -> None:
    service.status, service.headers = 307, {"Location": "/a"}
    with pytest.raises(TerminalError, match="more than 5 times"):
        get(service)
    assert len(service.asked) == 6
