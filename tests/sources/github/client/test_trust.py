"""A private certificate authority: one setting, under any of three names, for GitHub, the Hub and git alike."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import stamina
from github_apps import APP, KEY
from tls import authority

from pipelines.errors import ConfigurationError, TransientError
from pipelines.sandbox.github.server.server import TOKEN, GitHubServer
from pipelines.sandbox.github.world.facts import GitHubWorld
from pipelines.sandbox.github.world.generated import generated
from pipelines.settings import CA_BUNDLE_NAMES, CA_BUNDLE_TELLS, Settings
from pipelines.sources.github.client.client import GitHub, load_document

WORLD = GitHubWorld.of([generated("lowmere/mill", issues=3)])
WHERE = {"owner": "lowmere", "name": "mill"}
LS_REMOTE = ["git", "ls-remote"]
HUB = """
import sys
from pipelines.settings import Settings
from pipelines.sources.huggingface.client.client import HubClient
Settings.from_environment().share_ca_bundle()
page = next(HubClient(sys.argv[1]).models(what="models", author="lowmere", expand=["likes"]))
print(len(page.rows))
"""


class Served(SimpleHTTPRequestHandler):
    """A bare repository as files, and a Hub without models."""

    def do_GET(self) -> None:
        if self.path.startswith("/api/models"):
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"[]")
        else:
            super().do_GET()

    def log_message(self, *_arguments: object) -> None:
        """Be quiet."""


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[tuple[Path, GitHubServer, str]]:
    """The authority's file, a GitHub, and the address of a Hub that is a git host, too: all of them its."""
    bundle, context = authority(tmp_path / "tls")
    root = tmp_path / "git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(root / "mill.git")], check=True)
    subprocess.run(["git", "-C", str(root / "mill.git"), "update-server-info"], check=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Served, directory=str(root)))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with GitHubServer(WORLD, tls=context, apps=[APP]) as github:
            yield bundle, github, f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def asked(server: GitHubServer, **environment: str) -> tuple[str, list[object]]:
    """Both halves of GitHub's, with an App beside a token."""
    settings = Settings.from_environment(
        {"ECOTONE_GITHUB_URL": server.endpoint, "GITHUB_TOKEN": TOKEN}
        | {"ECOTONE_GITHUB_APP_ID": APP.id, "ECOTONE_GITHUB_APP_KEY": KEY}
        | environment
    )
    with stamina.set_testing(True, attempts=1):
        client = GitHub.to(settings)
        try:
            answer = client.ask(load_document("community"), WHERE, what="community").data["repository"]
            assert len(client.budgets) == 3
            return answer["nameWithOwner"], client.rest_rows("/repos/lowmere/mill/security-advisories", what="x")
        finally:
            client.close()


@pytest.mark.parametrize("name", CA_BUNDLE_NAMES)
def test_any_of_its_names_suffices_for_all_connections(outside: tuple[Path, GitHubServer, str], name: str) -> None:
    bundle, server, host = outside
    assert asked(server, **{name: str(bundle)}) == ("lowmere/mill", [])
    plain = {key: value for key, value in os.environ.items() if key not in {*CA_BUNDLE_NAMES, *CA_BUNDLE_TELLS}}
    environ = plain | {name: str(bundle)}
    done = subprocess.run([sys.executable, "-c", HUB, host], env=environ, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("0", 0), done.stderr[-500:]
    Settings.from_environment(environ).share_ca_bundle(environ)
    subprocess.run([*LS_REMOTE, f"{host}/mill.git"], env=environ, check=True, capture_output=True)
    assert subprocess.run([*LS_REMOTE, f"{host}/mill.git"], env=plain, check=False, capture_output=True).returncode


def test_without_it_nobody_is_trusted(outside: tuple[Path, GitHubServer, str]) -> None:
    _bundle, server, _host = outside
    with pytest.raises(TransientError, match=r"(?i)certificate"):
        asked(server)


def test_a_file_that_is_not_there_is_a_wrong_setting() -> None:
    with pytest.raises(ConfigurationError, match="SSL_CERT_FILE=/none is not there"):
        Settings.from_environment({"SSL_CERT_FILE": "/none"})


def test_ours_goes_before_the_names_of_others(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.pem", tmp_path / "theirs.pem"
    ours.touch()
    theirs.touch()
    settings = Settings.from_environment({"SSL_CERT_FILE": str(theirs), "ECOTONE_CA_BUNDLE": str(ours)})
    assert settings.ca_bundle == str(ours)
    environ: dict[str, str] = {"SSL_CERT_FILE": str(theirs)}
    settings.share_ca_bundle(environ)
    assert environ == dict.fromkeys(CA_BUNDLE_TELLS, str(ours))
