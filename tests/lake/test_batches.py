"""The lake: whole batches or none, whatever happens."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import LakeError
from pipelines.lake import Lake
from pipelines.lake.manifest import Entry

NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)


def add(lake: Lake, values: list[int], **changes: Any) -> Entry:
    details: dict[str, Any] = {
        "source": "git",
        "stream": "commits",
        "subject": "github:a/b",
        "fetched_at": NOW,
        "listing": "L1",
        "complete": True,
        "state": {"head": "abc"},
    }
    return lake.append(pa.table({"x": pa.array(values, pa.int64())}), **(details | changes))


def test_batch_has_its_rows_its_origin_and_a_place_by_day(tmp_path: Path) -> None:
    with Lake(tmp_path / "lake") as lake:
        entry = add(lake, [1, 2])
    path = tmp_path / "lake" / entry.path
    assert entry.path == f"git/commits/2026-08-22/{entry.batch}.parquet"
    rows = pq.read_table(path).to_pylist()
    assert rows == [{"x": x, "_batch": entry.batch, "_fetched_at": NOW, "_subject": "github:a/b"} for x in (1, 2)]
    assert Lake(tmp_path / "lake").manifest.entries() == [entry]
    assert not list(Lake(tmp_path / "lake").damaged())


def test_ids_grow_even_within_a_millisecond(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    ids = [lake.new_id() for _ in range(1000)]
    assert ids == sorted(set(ids))


def test_whole_batch_that_missed_the_manifest_is_adopted(tmp_path: Path) -> None:
    with Lake(tmp_path) as lake:
        entry = add(lake, [1])
        add(lake, [2])
    lines = (tmp_path / "manifest.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "manifest.jsonl").write_bytes(lines[1])
    with Lake(tmp_path) as lake:
        assert entry in lake.manifest.entries()
        assert len(lake.manifest.entries()) == 2


def test_torn_manifest_line_is_cut_off_and_its_batch_adopted(tmp_path: Path) -> None:
    with Lake(tmp_path) as lake:
        entries = [add(lake, [1]), add(lake, [2])]
    content = (tmp_path / "manifest.jsonl").read_bytes()
    (tmp_path / "manifest.jsonl").write_bytes(content[:-20])
    assert Lake(tmp_path).manifest.entries() == entries[:1]
    with Lake(tmp_path) as lake:
        assert lake.manifest.entries() == entries
    assert all(json.loads(line) for line in (tmp_path / "manifest.jsonl").read_text().splitlines())


def test_half_written_file_is_removed_at_the_next_start(tmp_path: Path) -> None:
    with Lake(tmp_path) as lake:
        entry = add(lake, [1])
    half = (tmp_path / entry.path).with_name(".writing-X.parquet")
    half.write_bytes(b"PAR1")
    with Lake(tmp_path):
        assert not half.exists()


def test_file_of_another_writer_is_left_alone(tmp_path: Path) -> None:
    with Lake(tmp_path) as lake:
        entry = add(lake, [1])
        half = (tmp_path / entry.path).with_name(".writing-X.parquet")
        half.write_bytes(b"PAR1")
        with Lake(tmp_path):
            assert half.exists()


KILLING = """
    import os, sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[2])
    from test_batches import add
    import pyarrow as pa
    from pipelines.lake import Lake

    pa.array([1])  # its imports happen once, before the children are born

    def dying_at(step):
        left = step
        def wrap(original):
            def call(*args, **kwargs):
                nonlocal left
                left -= 1
                if left == 0:
                    os._exit(9)
                return original(*args, **kwargs)
            return call
        for name in ("fsync", "rename", "open", "mkdir"):
            setattr(os, name, wrap(getattr(os, name)))

    for step in range(1, 60):
        child = os.fork()
        if child == 0:
            dying_at(step)
            with Lake(Path(sys.argv[1]) / str(step)) as lake:
                add(lake, [1], complete=False)
                add(lake, [2, 3])
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            print(step)
            break
"""


def test_killed_at_any_system_call_leaves_whole_batches_only(tmp_path: Path) -> None:
    script = textwrap.dedent(KILLING)
    command = [sys.executable, "-c", script, str(tmp_path), str(Path(__file__).parent)]
    ended_at = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert ended_at > 12
    seen = set()
    for step in range(1, ended_at + 1):
        home = tmp_path / str(step)
        with Lake(home) as lake:
            entries = lake.manifest.entries()
            assert not list(lake.damaged())
            assert sorted(home / entry.path for entry in entries) == sorted(home.rglob("*.parquet"))
            assert [entry.rows for entry in entries] == [1, 2][: len(entries)]
            seen.add(len(entries))
    assert seen == {0, 1, 2}


def test_full_disk_is_named_and_what_was_there_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Lake(tmp_path) as lake:
        entry = add(lake, [1])

        def full(_descriptor: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(LakeError, match=r"The disk is full: the batch of github:a/b .* make room"):
            add(lake, [2])
        monkeypatch.undo()
        assert lake.manifest.entries() == [entry]
        assert sorted(tmp_path.rglob("*.parquet")) == [tmp_path / entry.path]


def test_newer_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "format.json").write_text('{"format": 2}')
    with pytest.raises(LakeError, match=r"format 2.*knows 1.*Upgrade"):
        Lake(tmp_path)


def test_damage_is_found_by_checksum(tmp_path: Path) -> None:
    with Lake(tmp_path) as lake:
        one, two = add(lake, [1]), add(lake, [2])
        (tmp_path / one.path).unlink()
        with (tmp_path / two.path).open("r+b") as file:
            file.seek(10)
            file.write(b"\xff\xff")
        assert [(entry.batch, what.split()[0]) for entry, what in lake.damaged()] == [
            (one.batch, "missing"),
            (two.batch, "its"),
        ]


def test_compaction_keeps_every_row_and_every_entry(tmp_path: Path) -> None:
    with Lake(tmp_path) as lake:
        entries = [add(lake, [number], subject=f"github:a/{number}") for number in range(5)]
        before = lake.manifest.originals()
        (merged,) = lake.compact()
        assert (
            [original for original, _ in lake.manifest.originals()] == [original for original, _ in before] == entries
        )
        assert {path for _, path in lake.manifest.originals()} == {merged.path}
        assert sorted(path.name for path in tmp_path.rglob("*.parquet")) == [f"{merged.batch}.parquet"]
        rows = pq.read_table(tmp_path / merged.path).to_pylist()
        assert {(row["x"], row["_batch"], row["_subject"]) for row in rows} == {
            (number, entry.batch, entry.subject) for number, entry in enumerate(entries)
        }
        assert lake.last_complete("git", "commits", "github:a/3") == entries[3]
        add(lake, [9])
        (again,) = lake.compact()
        assert len(lake.manifest.originals()) == 6
        assert [path.stem for path in tmp_path.rglob("*.parquet")] == [again.batch]


def test_interrupted_compaction_is_finished_at_the_next_start(tmp_path: Path) -> None:
    with Lake(tmp_path) as lake:
        entries = [add(lake, [1]), add(lake, [2])]
        kept = {entry.path: (tmp_path / entry.path).read_bytes() for entry in entries}
        (merged,) = lake.compact()
    for path, content in kept.items():
        (tmp_path / path).write_bytes(content)
    lines = (tmp_path / "manifest.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "manifest.jsonl").write_bytes(b"".join(lines[:2]))  # died before the manifest knew of the new file
    with Lake(tmp_path) as lake:
        assert [entry.batch for entry in lake.manifest.live()] == [merged.batch]
        assert [path.stem for path in tmp_path.rglob("*.parquet")] == [merged.batch]


def test_compaction_waits_for_no_other_writer(tmp_path: Path) -> None:
    with Lake(tmp_path) as lake, Lake(tmp_path):
        add(lake, [1])
        add(lake, [2])
        with pytest.raises(LakeError, match="another run is writing"):
            lake.compact()


def test_pages_of_a_subject_are_joined_while_others_write_and_old_files_go_at_the_next_start(tmp_path: Path) -> None:
    with Lake(tmp_path) as lake, Lake(tmp_path) as other:
        pages = [add(lake, [number], complete=False, state={"page": number}) for number in range(4)]
        alien = add(other, [9], subject="github:c/d")
        assert lake.join(lake.manifest.single("git", "commits", "github:a/b"), least=5) is None
        joined = lake.join(lake.manifest.single("git", "commits", "github:a/b"), least=4)
        assert joined is not None
        assert joined.rows == 4
        assert [original for original, _ in lake.manifest.originals()] == sorted([*pages, alien], key=lambda e: e.batch)
        assert {entry.path for entry in lake.manifest.live()} == {joined.path, alien.path}
        assert all((tmp_path / page.path).exists() for page in pages)
        assert lake.manifest.last_stated("git", "commits", "github:a/b") == pages[-1]
        assert lake.join(lake.manifest.single("git", "commits", "github:a/b"), least=1) is None
    rows = pq.read_table(tmp_path / joined.path).to_pylist()
    assert [(row["x"], row["_batch"]) for row in rows] == [(page.rows * n, page.batch) for n, page in enumerate(pages)]
    with Lake(tmp_path) as lake:
        assert not any((tmp_path / page.path).exists() for page in pages)
        assert not list(lake.damaged())


def test_more_pages_than_a_byte_can_count_are_joined(tmp_path: Path) -> None:
    with Lake(tmp_path) as lake:
        pages = [add(lake, [number], complete=False) for number in range(300)]
        joined = lake.join(lake.manifest.single("git", "commits", "github:a/b"), least=8)
    assert joined is not None
    rows = pq.read_table(tmp_path / joined.path).to_pylist()
    assert [(row["x"], row["_batch"]) for row in rows] == [(number, page.batch) for number, page in enumerate(pages)]


JOINING = KILLING.replace(
    "add(lake, [2, 3])",
    "add(lake, [2, 3])\n                lake.join(lake.manifest.single('git', 'commits', 'github:a/b'), least=2)",
)


def test_killed_while_pages_are_joined_loses_and_repeats_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(JOINING), str(tmp_path), str(Path(__file__).parent)]
    ended_at = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    for step in range(1, ended_at + 1):
        home = tmp_path / str(step)
        with Lake(home) as lake:
            assert not list(lake.damaged())
            live = lake.manifest.live()
            assert sorted(home / entry.path for entry in live) == sorted(home.rglob("*.parquet"))
            rows = sorted(row["x"] for entry in live for row in pq.read_table(home / entry.path).to_pylist())
            assert rows in ([], [1], [1, 2, 3])
    assert len(live) == 1
