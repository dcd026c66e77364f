"""git → commits: against git itself, and against histories that nobody should have written."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from gitmaker import Maker

from pipelines.catalogue import Name, Project, Repository
from pipelines.errors import Skipped, TerminalError
from pipelines.settings import Settings
from pipelines.sources import Batch, Request
from pipelines.sources.git.client import Mirror
from pipelines.sources.git.commits import SOURCE, fetch

NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)


def project(name: str = "a/b") -> Project:
    repository = Repository(name, name, (Name(name),))
    return Project("p", "P", "e", "us", "model", (repository,))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path / "home", catalogue=tmp_path / "x.toml", git_url=f"file://{tmp_path}/{{owner}}+{{name}}.git"
    )


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    return Maker(tmp_path / "a+b.git")


def fetched(settings: Settings, state: Any = None, name: str = "a/b") -> list[Batch]:
    return list(fetch(Request(f"github:{name}", project(name), settings, NOW, state=state)))


def rows(batches: list[Batch]) -> list[dict[str, Any]]:
    return pa.concat_tables([batch.table for batch in batches]).to_pylist() if batches else []


def test_schema_is_what_the_batches_have(settings: Settings, maker: Maker) -> None:
    maker.commit()
    assert [batch.table.schema for batch in fetched(settings)] == [SOURCE.schema]


def test_a_commit_becomes_a_row_without_name_or_address(settings: Settings, maker: Maker) -> None:
    first = maker.commit(email="Ada@Example.org ", at=1_700_000_000, offset="+0530")
    message = (
        "x\n\nCo-authored-by: Claude <noreply@anthropic.com>\nCo-authored-by: Bo <7+bo@users.noreply.github.com>\n"
    )
    second = maker.commit(email="12345+ada@users.noreply.github.com", at=1_700_000_100, offset="-0700", message=message)
    (new, old) = rows(fetched(settings))
    assert (old["sha"], old["authored_epoch"], old["utc_offset_minutes"], old["parents"]) == (
        first,
        1_700_000_000,
        330,
        0,
    )
    assert old["author_key"].startswith("email:")
    assert old["co_author_keys"] == []
    assert (new["sha"], new["author_key"], new["author_login"]) == (second, "account:12345", "ada")
    assert (new["utc_offset_minutes"], new["parents"]) == (-420, 1)
    assert [key.split(":")[0] for key in new["co_author_keys"]] == ["email", "account"]
    assert "example" not in str((old, new)).lower()
    assert "Ada" not in str((old, new))


def test_same_address_in_any_case_is_one_person_and_other_keys_hide_it(settings: Settings, maker: Maker) -> None:
    maker.commit(email="ada@example.org")
    maker.commit(email="ADA@example.org")
    one = rows(fetched(settings))
    assert len({row["author_key"] for row in one}) == 1
    other = dataclasses.replace(settings, home=settings.home / "other")
    assert {row["author_key"] for row in rows(fetched(other))}.isdisjoint(row["author_key"] for row in one)


def test_second_fetch_brings_only_what_is_new_and_a_third_nothing(settings: Settings, maker: Maker) -> None:
    maker.commit()
    (first,) = fetched(settings)
    assert first.complete
    sha = maker.commit()
    (second,) = fetched(settings, first.state)
    assert [row["sha"] for row in rows([second])] == [sha]
    assert rows([second])[0]["listing"] == rows([first])[0]["listing"]
    assert fetched(settings, second.state) == []


def test_rewritten_history_is_told_whole_under_a_later_listing(settings: Settings, maker: Maker) -> None:
    root = maker.commit()
    maker.commit(message="withdrawn")
    (first,) = fetched(settings)
    replaced = maker.commit(parents=[root], message="instead")
    (second,) = fetched(settings, first.state)
    assert {row["sha"] for row in rows([second])} == {root, replaced}
    assert rows([second])[0]["listing"] > rows([first])[0]["listing"]


def test_lost_mirror_costs_a_fetch_but_repeats_no_row(settings: Settings, maker: Maker) -> None:
    maker.commit()
    (first,) = fetched(settings)
    shutil.rmtree(settings.home / "git")
    sha = maker.commit()
    assert [row["sha"] for row in rows(fetched(settings, first.state))] == [sha]


def test_damaged_mirror_is_fetched_anew(settings: Settings, maker: Maker) -> None:
    maker.commit()
    (first,) = fetched(settings)
    for path in (settings.home / "git").rglob("*.pack"):
        path.chmod(0o644)
        path.write_bytes(b"broken")
    for path in (settings.home / "git").rglob("objects/??/*"):
        path.chmod(0o644)
        path.write_bytes(b"broken")
    sha = maker.commit()
    assert sha in {row["sha"] for row in rows(fetched(settings, first.state))}


def test_stale_locks_of_a_killed_git_do_not_stop_the_next(settings: Settings, maker: Maker) -> None:
    maker.commit()
    (first,) = fetched(settings)
    mirror = settings.home / "git" / "a+b.git"
    for stale in ("config.lock", "refs/ecotone/head.lock", "packed-refs.lock"):
        (mirror / stale).touch()
    maker.commit()
    assert len(rows(fetched(settings, first.state))) == 1


def test_empty_repository_is_complete_and_says_so(settings: Settings, maker: Maker) -> None:  # noqa: ARG001 - it is made
    (batch,) = fetched(settings)
    assert (batch.table.num_rows, batch.complete, batch.reason) == (0, True, "the repository is empty")
    assert fetched(settings, batch.state) == []


def test_hostile_headers_stay_within_their_row(settings: Settings, maker: Maker) -> None:
    maker.commit(
        email=b"a\x1f\x1e\r@\xff\xfe.org", name="x\x1f,\"'\r", message=b"m\r\nCo-authored-by: x\r\n\x1e <y@z.org>\r\n"
    )
    maker.commit(email="", name="")
    maker.commit(at="99999999999999", offset="+9999")
    maker.commit(at=0, offset="-0000", message="\n\nCo-authored-by: nobody\nCo-authored-by: <>\n")
    maker.commit(at=4_102_444_800)
    found = rows(fetched(settings))
    assert len(found) == 5
    assert [row["utc_offset_minutes"] for row in found] == [0, 0, None, 0, 0]
    assert found[0]["authored_epoch"] == 4_102_444_800
    assert found[1]["co_author_keys"] == []


def test_no_such_repository_is_named_with_a_remedy(settings: Settings) -> None:
    remote = dataclasses.replace(settings, git_url="file://" + str(settings.home.parent / "{name}.git"))
    with pytest.raises(Skipped, match="there is no git repository for a/b: "):
        fetched(remote)
    (settings.home.parent / "b.git").mkdir()
    with pytest.raises(
        TerminalError, match=r"b\.git could not be asked for its HEAD: there is no such repository.*`former`"
    ):
        fetched(remote)


@pytest.fixture
def bundle(maker: Maker, tmp_path: Path) -> Path:
    for number in range(30):
        maker.commit(at=1_700_000_000 + number)
    path = tmp_path / "a+b.bundle"
    maker.git("bundle", "create", "--quiet", str(path), "main")
    return path


def test_bundle_is_read_like_a_remote(settings: Settings, bundle: Path) -> None:
    from_bundle = dataclasses.replace(settings, git_url=str(bundle.parent / "{owner}+{name}.bundle"))
    (batch,) = fetched(from_bundle)
    assert batch.table.num_rows == 30


@pytest.mark.parametrize("keep", [0, 10, 60, 200, -40, -1])
def test_damaged_bundle_is_a_clear_error(settings: Settings, bundle: Path, keep: int) -> None:
    content = bundle.read_bytes()
    bundle.write_bytes(content[:keep])
    from_bundle = dataclasses.replace(settings, git_url=str(bundle))
    with pytest.raises(TerminalError, match=r"a\+b\.bundle could not be.*(damaged|no such repository)"):
        fetched(from_bundle)


def test_history_comes_in_batches_of_bounded_size(
    settings: Settings, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.sources.git.commits.ROWS_A_BATCH", 10)
    monkeypatch.setattr("pipelines.sources.git.client.BLOCK_BYTES", 1000)
    batches = fetched(dataclasses.replace(settings, git_url=str(bundle)))
    assert [batch.complete for batch in batches] == [False] * (len(batches) - 1) + [True]
    assert len(batches) >= 3
    assert len({row["sha"] for row in rows(batches)}) == 30


def test_no_file_is_fetched(settings: Settings, maker: Maker) -> None:
    blob = maker.git("hash-object", "-w", "--stdin", given=b"x" * 100_000)
    tree = maker.git("mktree", given=f"100644 blob {blob}\tbig\n".encode())
    sha = maker.git(
        "commit-tree",
        tree,
        "-m",
        "x",
        **{f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    )
    maker.git("update-ref", "refs/heads/main", sha)
    fetched(settings)
    kinds = subprocess.run(
        ["git", "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)"],
        cwd=settings.home / "git" / "a+b.git",
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(kinds.stdout.split()) == {"commit"}


def test_recorded_histories_have_as_many_rows_as_git_counts(shared_data: Path, tmp_path: Path) -> None:
    settings = Settings(tmp_path, tmp_path / "x", git_url=str(shared_data / "git" / "{owner}+{name}.bundle"))
    bundles = sorted((shared_data / "git").glob("*.bundle"))
    assert bundles
    for path in bundles:
        name = path.stem.replace("+", "/", 1)
        found = rows(fetched(settings, name=name))
        mirror = Mirror(tmp_path / "git" / f"{path.stem}.git", str(path))
        count = subprocess.run(
            ["git", "rev-list", "--count", "refs/ecotone/head"],
            cwd=mirror.path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert len({row["sha"] for row in found}) == len(found) == int(count.stdout)
