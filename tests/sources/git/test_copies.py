"""git → commits from copies on this machine: bundles, shallow clones, SHA-256, and up to when each is known."""

from __future__ import annotations

import dataclasses
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from gitmaker import Maker

from pipelines.errors import TerminalError
from pipelines.sandbox.git.server import GitServer
from pipelines.settings import Settings

NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)
OLD = datetime(2025, 3, 10, tzinfo=UTC)


def over(settings: Settings, url: str) -> Settings:
    return dataclasses.replace(settings, git_url=url)


def bundled(maker: Maker, *refs: str) -> Path:
    path = maker.path.with_suffix(".bundle")
    maker.git("bundle", "create", "--quiet", str(path), *(refs or ("main",)))
    return path


@pytest.mark.parametrize("prefix", ["", "file://"])
def test_bundles_are_read_by_path_and_by_address(settings: Settings, maker: Maker, fetching: Any, prefix: str) -> None:
    maker.commit()
    folder = bundled(maker).parent
    (batch,) = fetching(over(settings, f"{prefix}{folder}/{{owner}}+{{name}}.bundle"))
    assert (batch.table.num_rows, batch.complete) == (1, True)


def test_a_folder_with_a_blank_is_written_as_in_any_address(settings: Settings, tmp_path: Path, fetching: Any) -> None:
    (tmp_path / "my histories").mkdir()
    maker = Maker(tmp_path / "my histories" / "a+b.git")
    maker.commit()
    bundled(maker)
    for url in ("my%20histories/{owner}+{name}.git", "my%20histories/{owner}+{name}.bundle"):
        assert len(fetching.rows(over(settings, f"file://{tmp_path}/{url}"))) == 1


def test_a_relative_path_is_meant_from_where_the_run_was_started(
    settings: Settings, maker: Maker, fetching: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker.commit()
    monkeypatch.chdir(maker.path.parent)
    assert len(fetching.rows(over(settings, "{owner}+{name}.git"))) == 1


def test_a_bundle_of_a_part_says_so(settings: Settings, maker: Maker, fetching: Any) -> None:
    first = maker.commit()
    maker.commit()
    path = bundled(maker, f"{first}..main")
    with pytest.raises(TerminalError, match=r"a\+b\.bundle .*a bundle of a part.*git bundle create FILE --all"):
        fetching(over(settings, str(path)))


def test_a_shallow_clone_says_so_before_anything_is_fetched(settings: Settings, maker: Maker, fetching: Any) -> None:
    for number in range(9):
        maker.commit(at=1_700_000_000 + number)
    shallow = maker.path.with_name("s+s.git")
    maker.git("clone", "--quiet", "--bare", "--depth", "2", f"file://{maker.path}", str(shallow))
    for url in (f"file://{shallow}", str(shallow)):
        with pytest.raises(TerminalError, match=r"s\+s\.git could not be fetched: .*shallow.*git fetch --unshallow"):
            fetching(over(settings, url))
    subprocess.run(["git", "-C", str(shallow), "fetch", "--quiet", "--unshallow"], check=True)
    assert len(fetching.rows(over(settings, f"file://{shallow}"))) == 9


def test_a_partial_clone_whose_promisor_is_gone_says_so_in_seconds(
    settings: Settings, maker: Maker, fetching: Any
) -> None:
    blob = maker.git("hash-object", "-w", "--stdin", given=b"A <a@x.org> <b@x.org>\n")
    tree = maker.git("mktree", given=f"100644 blob {blob}\t.mailmap\n".encode())
    who = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    maker.git("update-ref", "refs/heads/main", maker.git("commit-tree", tree, "-m", "x", **who))
    partial = maker.path.with_name("p+p.git")
    maker.git("clone", "--quiet", "--bare", "--filter=tree:0", f"file://{maker.path}", str(partial))
    maker.path.rename(maker.path.with_name("gone"))  # it promised the rest
    started = time.monotonic()
    with pytest.raises(TerminalError, match=r"p\+p\.git could not be fetched: .*a partial clone"):
        fetching(over(settings, f"file://{partial}"))
    assert time.monotonic() - started < 30


def test_ids_of_sha256_are_read_from_a_repository_and_from_a_bundle(
    settings: Settings, tmp_path: Path, fetching: Any
) -> None:
    path = tmp_path / "z.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--object-format=sha256", "-b", "main", str(path)], check=True)
    maker = Maker.__new__(Maker)
    maker.path = path
    shas = [maker.commit(at=1_700_000_000), maker.commit(at=1_700_000_001)]
    bundled(maker, "HEAD", "--all")
    for url in (path.as_uri(), str(path.with_suffix(".bundle"))):
        home = dataclasses.replace(over(settings, url), home=settings.home / Path(url).suffix)
        (batch,) = fetching(home)
        assert [row["sha"] for row in batch.table.to_pylist()] == shas[::-1]
        shas.append(maker.commit(at=1_700_000_002)) if url.startswith("file") else None
        if url.startswith("file"):
            assert [row["sha"] for row in fetching.rows(home, batch.state)] == [shas.pop()]


def test_a_default_branch_that_was_renamed_goes_on(settings: Settings, maker: Maker, fetching: Any) -> None:
    maker.commit()
    (first,) = fetching(settings)
    maker.git("branch", "-m", "main", "trunk")
    maker.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    newer = maker.commit(branch="trunk")
    assert [row["sha"] for row in fetching.rows(settings, first.state)] == [newer]


@pytest.mark.parametrize("prefix", ["", "file://"])
def test_a_copy_is_known_up_to_its_newest_commit(settings: Settings, maker: Maker, fetching: Any, prefix: str) -> None:
    maker.commit(at=int((OLD - timedelta(days=30)).timestamp()))
    maker.commit(at=int(OLD.timestamp()))
    maker.commit(at=int((NOW + timedelta(days=400)).timestamp()))  # a clock that is wrong
    copy = over(settings, f"{prefix}{maker.path}")
    (batch,) = fetching(copy)
    assert batch.state["observed_until"] == OLD.isoformat()
    assert fetching(copy, batch.state) == []
    later = OLD + timedelta(days=5)
    maker.commit(at=int(later.timestamp()))
    (second,) = fetching(copy, batch.state)
    assert second.state["observed_until"] == later.isoformat()


def test_a_repository_that_is_kept_up_to_date_here_says_so(settings: Settings, maker: Maker, fetching: Any) -> None:
    maker.commit(at=int(OLD.timestamp()))
    (copied,) = fetching(settings)
    maker.git("config", "ecotone.live", "true")
    (batch,) = fetching(settings, copied.state)
    assert batch.table.num_rows == 0
    assert "observed_until" not in batch.state
    assert fetching(settings, batch.state) == []


def test_a_remote_is_known_up_to_now_and_its_copy_no_longer(
    settings: Settings, tmp_path: Path, maker: Maker, fetching: Any
) -> None:
    maker.commit(at=int(OLD.timestamp()))
    with GitServer(tmp_path) as server:
        (remote,) = fetching(over(settings, server.endpoint + "/{owner}+{name}.git"))
    assert "observed_until" not in remote.state
    asked = NOW - timedelta(days=9)
    (copy,) = fetching(settings, remote.state, at=asked)
    assert copy.state["observed_until"] == asked.isoformat()
    (fresh,) = fetching(settings, None)
    assert fresh.state["observed_until"] == OLD.isoformat()


def test_an_emptied_repository_counts_its_tellings_on(settings: Settings, maker: Maker, fetching: Any) -> None:
    maker.commit()
    (first,) = fetching(settings)
    maker.git("update-ref", "-d", "refs/heads/main")
    (empty,) = fetching(settings, first.state)
    assert (empty.table.num_rows, empty.reason) == (0, "the repository is empty")
    maker.commit(message="begun anew")
    (again,) = fetching(settings, empty.state)
    assert [row["listing"] for row in again.table.to_pylist()] == [2]


def test_what_an_earlier_version_told_is_told_anew_once_from_the_mirror(
    settings: Settings, maker: Maker, fetching: Any
) -> None:
    sha = maker.commit(message="x\n\nAssisted-by: Claude")
    fetching(settings)
    (again,) = fetching(settings, {"head": sha, "listing": 3})
    (row,) = again.table.to_pylist()
    assert (row["listing"], row["ai_findings"]) == (4, [{"kind": "assisted-by", "tool": "claude", "model": None}])
    assert fetching(settings, again.state) == []
