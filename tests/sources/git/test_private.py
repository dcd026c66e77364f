"""git → commits: private repositories. The token goes to its own host, and is found nowhere else."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from gitmaker import Maker

from pipelines.errors import SourceError, TerminalError
from pipelines.sandbox.git.server import GitFault, GitServer
from pipelines.settings import Settings
from pipelines.sources.git.address import Access, Address

TOKEN = "ghp_planted0000000000000000000000000000"
BASIC = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "served" / "a").mkdir(parents=True)
    Maker(tmp_path / "served" / "a" / "b.git").commit()
    return tmp_path / "served"


@pytest.fixture
def server(folder: Path) -> Iterator[GitServer]:
    with GitServer(folder, token=TOKEN) as server:
        yield server


@pytest.fixture
def other(folder: Path) -> Iterator[GitServer]:
    with GitServer(folder) as server:
        yield server


def private(settings: Settings, server: GitServer, **changes: Any) -> Settings:
    url = server.endpoint + "/{full_name}.git"
    return dataclasses.replace(
        settings, git_url=url, **{"github_url": server.endpoint, "github_tokens": (TOKEN,), **changes}
    )


def sent(server: GitServer) -> list[str | None]:
    return [headers.get("Authorization") for _path, headers in server.asked]


def planted_in(folder: Path) -> list[Path]:
    secrets = (TOKEN.encode(), BASIC.encode())
    return [path for path in folder.rglob("*") if path.is_file() and any(one in path.read_bytes() for one in secrets)]


def test_a_private_repository_is_opened_by_the_token(settings: Settings, server: GitServer, fetching: Any) -> None:
    seen: list[str] = []

    def look(_text: str) -> None:
        for place in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):  # it has ended meanwhile
                seen.append(place.read_bytes().decode(errors="replace"))

    assert len(fetching.rows(private(settings, server), progress=look)) == 1
    assert sent(server)[0] is None
    first = sent(server).index(f"Basic {BASIC}")
    assert (set(sent(server)[:first]), set(sent(server)[first:])) == ({None}, {f"Basic {BASIC}"})
    assert planted_in(settings.home) == []
    assert not any(TOKEN in line or BASIC in line for line in seen)


def test_whoever_lets_us_in_without_it_is_not_told_the_token(
    settings: Settings, other: GitServer, fetching: Any
) -> None:
    assert len(fetching.rows(private(settings, other))) == 1
    assert set(sent(other)) == {None}


def test_no_other_host_is_told_it(settings: Settings, server: GitServer, fetching: Any) -> None:
    for github_url in (
        "https://api.github.com",
        "http://127.0.0.1:9/api/v3",
        server.endpoint.replace("http:", "https:"),
    ):
        with pytest.raises(TerminalError, match="private, GITHUB_TOKEN must be allowed"):
            fetching(private(settings, server, github_url=github_url))
    assert set(sent(server)) == {None}


@pytest.mark.parametrize("skip", [0, 1, 2])
def test_no_redirect_is_told_it(
    settings: Settings, server: GitServer, other: GitServer, fetching: Any, skip: int
) -> None:
    other.token = "another"
    server.faults = [GitFault("redirect", "info/refs", skip=skip, to=other.endpoint)]
    with pytest.raises(SourceError) as caught:
        fetching(private(settings, server))
    assert set(sent(other)) <= {None}
    assert TOKEN not in str(caught.value)
    assert BASIC not in str(caught.value)


def test_a_public_repository_that_was_renamed_is_followed_without_it(
    settings: Settings, server: GitServer, other: GitServer, fetching: Any
) -> None:
    server.faults = [GitFault("redirect", to=other.endpoint)]
    assert len(fetching.rows(private(settings, server))) == 1
    assert set(sent(other)) == {None}


@pytest.mark.parametrize("kind", ["echo", "503", "403", "404", "401", "cut"])
def test_no_error_holds_it(settings: Settings, server: GitServer, fetching: Any, kind: str) -> None:
    server.faults = [GitFault(kind, skip=1)]
    with pytest.raises(SourceError) as caught:
        fetching(private(settings, server))
    assert TOKEN not in repr(caught.value)
    assert BASIC not in repr(caught.value)
    assert planted_in(settings.home) == []


def test_a_password_in_the_template_is_in_no_message_and_no_file(
    settings: Settings, server: GitServer, fetching: Any
) -> None:
    url = server.endpoint.replace("://", f"://me:{TOKEN}@") + "/a/{name}.git"
    named = dataclasses.replace(settings, git_url=url)
    assert len(fetching.rows(named)) == 1
    assert planted_in(settings.home) == []
    with pytest.raises(TerminalError) as caught:
        fetching(named, name="a/none")
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    ("github_url", "url", "told"),
    [
        ("https://api.github.com", "https://github.com/a/b.git", True),
        ("https://api.github.com", "https://GitHub.com/a/b.git", True),
        ("https://api.github.com", "http://github.com/a/b.git", False),
        ("https://api.github.com", "https://github.com.evil.example/a/b.git", False),
        ("https://api.github.com", "https://github.com@evil.example/a/b.git", False),
        ("https://api.github.com", "https://me@github.com/a/b.git", False),
        ("https://api.github.com", "https://gitlab.com/a/b.git", False),
        ("https://api.github.com", "git@github.com:a/b.git", False),
        ("https://api.github.com", "file:///github.com/a/b.git", False),
        ("https://git.acme.example/api/v3", "https://git.acme.example/a/b.git", True),
        ("https://git.acme.example/api/v3", "https://github.com/a/b.git", False),
        ("https://git.acme.example:8443/api/v3", "https://git.acme.example/a/b.git", False),
        ("https://api.acme.ghe.com", "https://acme.ghe.com/a/b.git", True),
    ],
)
def test_the_token_is_for_one_host(settings: Settings, github_url: str, url: str, told: bool) -> None:
    access = Access.of(dataclasses.replace(settings, github_url=github_url, github_tokens=(TOKEN,)))
    assert access.opens(Address.of(url)) == told
    assert TOKEN not in repr(access)
