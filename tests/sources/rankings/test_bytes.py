"""Bytes that are not UTF-8 in a ranking: the line is reported, the rest is read; and a clone that does not end."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.errors import TransientError
from pipelines.sources.rankings import client as client_module
from pipelines.sources.rankings import rows
from pipelines.sources.rankings.client import Clone

HEAD = b"d,fn,item,stars,forks,issues\n"
ASKED = frozenset({"aurora-lab/aurora", "cinderfell/kiln"})


@pytest.mark.parametrize(
    ("bad", "kept"),
    [
        (b"2026-08-02,aurora-lab/aurora,top\xff,11,2,3\n", [10, 11, 12]),  # what is asked for is whole
        (b"2026-08-02,aurora-lab/aur\xffora,top,11,2,3\n", [10, 12]),
        (b"2026-08-02,aurora-lab/aurora,top,1\xff1,2,3\n", [10, 12]),
        (b"2026-08-02,somebody/el\xffse,top,11,2,3\n", [10, 12]),
    ],
)
def test_a_byte_that_is_not_utf8_costs_its_line_at_most(bad: bytes, kept: list[int]) -> None:
    good = [b"2026-08-0%d,aurora-lab/aurora,top,%d,2,3\n" % (day, 9 + day) for day in (1, 3)]
    found = rows.read(HEAD + good[0] + bad + good[1], "table.csv", ASKED)
    assert found.table["stars"].to_pylist() == kept
    assert not found.unreadable
    assert "table.csv line 3: not UTF-8" in [one.text for one in found.left_out]


def test_a_bad_byte_in_the_header_leaves_the_columns_that_are_told() -> None:
    found = rows.read(
        b"d,fn,item,stars,forks,issues,no\xfftes\n2026-08-01,cinderfell/kiln,top,1,2,3,x\n", "t.csv", ASKED
    )
    assert found.table["stars"].to_pylist() == [1]


@pytest.fixture
def silent() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    held.append(server.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/rankings.git"
        for one in held:
            one.close()
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_a_clone_from_a_silent_server_ends_in_its_time(
    silent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "FETCH_SECONDS", 1)
    clone = Clone(tmp_path / "rankings.git", silent)
    began = time.monotonic()
    with pytest.raises(TransientError, match="did not come to an end within 1 s"):
        clone.listings()
    assert time.monotonic() - began < 10
