"""`ecotone site` and `ecotone serve`: the dashboards drawn again, and shown on this machine."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest
from small_world import COMMAND, World, call

from dashboards.pages import load
from pipelines.cli.site import site_server


def test_the_site_is_drawn_again_from_the_published_file(own: World) -> None:
    pages = {path.name: path.read_bytes() for path in (own.home / "site").glob("*.html")}
    shutil.rmtree(own.home / "site")
    said = own.call("site")
    assert said.code == 0
    assert f"Drawn: {len(load())} pages in {own.home / 'site'}" in said.out
    assert {path.name: path.read_bytes() for path in (own.home / "site").glob("*.html")} == pages
    again = own.run("--source", "git_commits")
    assert "Nothing new: " in again.out  # a run does not draw it once more


def test_without_a_publication_there_is_nothing_to_draw_or_serve(tmp_path: Path) -> None:
    drawn, served = (call(command, ECOTONE_HOME=str(tmp_path)) for command in ("site", "serve"))
    assert (drawn.code, served.code) == (1, 2)
    assert "`ecotone run`" in drawn.err
    assert "`ecotone run`" in served.err
    assert list(tmp_path.iterdir()) == []


def test_a_port_in_use_is_told_with_a_way_out(world: World) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for command in ("serve", "dev"):
            said = world.call(command, "--port", str(port))
            assert said.code == 2
            assert f"port {port} " in said.err
            assert "--port" in said.err
    assert world.call("serve", "--port", "99999").code == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_stopped_and_nothing_but_the_site(world: World, number: signal.Signals) -> None:
    with subprocess.Popen(
        [*COMMAND, "serve", "--port", "0"],
        env=os.environ | world.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        said = process.stdout.readline().decode()
        address = re.search(r"http://127\.0\.0\.1:\d+/", said)
        assert address, said
        server = http.client.HTTPConnection(address[0].removeprefix("http://").rstrip("/"), timeout=10)
        with contextlib.closing(server):
            server.request("GET", "/")
            page = server.getresponse()
            assert page.read() == (world.home / "site" / "index.html").read_bytes()
            assert page.headers["Cache-Control"] == "no-cache"
            server.request("GET", "/../key")
            outside = server.getresponse()
            assert outside.read()
            assert outside.status == 404
            server.request("GET", "/", headers={"Host": "evil.example"})
            foreign = server.getresponse()
            assert foreign.read()
            assert foreign.status == 403
        process.send_signal(number)
        try:
            assert process.wait(20) == 0
        finally:
            process.kill()  # else leaving the block would wait for it
        assert process.stdout.read() == b"Stopped.\n"
        assert process.stderr.read() == b""


def test_no_link_leads_out_of_the_site(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("page")
    (tmp_path / "site" / "out").symlink_to(tmp_path / "key")
    (tmp_path / "site" / "in").symlink_to("index.html")
    server = site_server(0, tmp_path / "site")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        client = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        with contextlib.closing(client):
            for path, status in (("/out", 404), ("/in", 200), ("/%2e%2e/key", 404), ("/..%2fkey", 404)):
                client.request("GET", path)
                answer = client.getresponse()
                assert b"secret" not in answer.read()
                assert answer.status == status, path
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
