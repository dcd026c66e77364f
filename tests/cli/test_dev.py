"""`ecotone dev`: Dagster's UI over an installation, and nothing left of it when it is stopped."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from small_world import COMMAND, World

QUESTION = "{ repositoriesOrError { ... on RepositoryConnection { nodes { jobs { name } } } } }"
PATIENCE_SECONDS = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def asked(port: int) -> list[str]:
    """Names of the jobs that the UI shows; empty as long as it does not answer."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as server:
        try:
            server.request(
                "POST", "/graphql", json.dumps({"query": QUESTION}), headers={"Content-Type": "application/json"}
            )
            found = json.loads(server.getresponse().read())["data"]["repositoriesOrError"].get("nodes", [])
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            return []
    return [job["name"] for repository in found for job in repository["jobs"]]


def of_group(group: int) -> list[int]:
    """Processes of that session that are not defunct."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _parent, _group, session = path.read_text().rpartition(")")[2].split()[:4]
            if int(session) == group and state != "Z":
                found.append(int(path.parent.name))
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_shows_the_jobs_and_stops_with_all_its_children(own: World, number: signal.Signals) -> None:
    port = free_port()
    environment = os.environ | own.environment
    # As a script does that starts it with `&`: SIGINT is ignored by whoever inherits that.
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    with subprocess.Popen(
        [*COMMAND, "dev", "--port", str(port)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        signal.signal(signal.SIGINT, former)
        assert process.stdout
        assert process.stderr
        assert f"http://127.0.0.1:{port}/".encode() in process.stdout.readline()
        until = time.monotonic() + PATIENCE_SECONDS
        jobs: list[str] = []
        while time.monotonic() < until and not jobs:
            time.sleep(0.5)
            jobs = asked(port)
        assert {"ingest", "publish"} <= set(jobs)
        children = [
            int(child) for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        ]
        assert len(children) == 1
        assert len(of_group(children[0])) > 2
        process.send_signal(number)
        assert process.wait(PATIENCE_SECONDS) == 0
        assert of_group(children[0]) == []
        assert process.stdout.read().decode() == "Stopping …\n"
        assert process.stderr.read() == b""


FOREIGN = """<!doctype html><title>evil</title><form id=f method=post enctype=text/plain target=frame
action="{ui}graphql"><input name='{{"query":"mutation {{ reloadWorkspace {{ __typename }} }}","x":"' value='"}}'></form>
<iframe name=frame></iframe><img src="{ui}graphql?query=mutation%7BreloadWorkspace%7B__typename%7D%7D">
<script>
const asked = [];
const told = (name) => (answer) => asked.push(name + " " + (answer.status ?? answer.type ?? answer));
async function run() {{
  const body = JSON.stringify({{query: "{{ version }}"}});
  for (const [name, type] of [["plain", "text/plain; x=application/json"], ["json", "application/json"]]) {{
    await fetch("{ui}graphql", {{method: "POST", body, headers: {{"Content-Type": type}}}}).then(
      async (answer) => asked.push(name + " read " + answer.status), () => asked.push(name + " refused"));
  }}
  await fetch("{ui}graphql", {{method: "POST", body, mode: "no-cors"}}).catch(() => 0);
  const socket = new WebSocket("{ui}graphql".replace("http", "ws"), ["graphql-ws"]);
  await new Promise((done) => {{
    socket.onopen = () => {{ asked.push("socket open"); done(); }};
    socket.onerror = done;
  }});
  document.getElementById("f").submit();
  document.title = "done: " + asked.join(", ");
}}
run();
</script>"""


@pytest.mark.slow
@pytest.mark.browser
def test_a_page_of_another_origin_starts_nothing_and_reads_nothing(own: World, tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "evil.html").write_text(FOREIGN.format(ui=f"http://127.0.0.1:{port}/"))
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    evil = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=evil.serve_forever, daemon=True).start()
    with subprocess.Popen(
        [*COMMAND, "dev", "--port", str(port)], env=os.environ | own.environment, stdout=subprocess.DEVNULL
    ) as process:
        try:
            until = time.monotonic() + PATIENCE_SECONDS
            while time.monotonic() < until and not asked(port):
                time.sleep(0.5)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"),
                    args=["--no-sandbox", f"--host-resolver-rules=MAP evil.example 127.0.0.1:{port}"],
                )
                page = browser.new_page()
                page.goto(f"http://127.0.0.1:{evil.server_port}/evil.html")
                page.wait_for_function("document.title.startsWith('done')")
                assert page.title() == "done: plain refused, json refused"
                rebound = page.goto("http://evil.example/")  # a name that was bound to this machine
                assert rebound is not None
                assert rebound.status == 403
                page.goto(f"http://127.0.0.1:{port}/")  # the UI itself works
                page.wait_for_selector("text=Overview")
                browser.close()
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_SECONDS) == 0
            evil.shutdown()
            evil.server_close()
