"""git → .mailmap and git → notes of AI use: single objects, asked for by their ids."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path
from typing import Any

import pytest
from gitmaker import Maker

from pipelines.errors import Skipped
from pipelines.settings import Settings
from pipelines.sources.git import ai_notes, mailmap
from pipelines.sources.people_keys import email_key

WHO = {f"GIT_{who}_{what}": "x@x.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
NOTE = (
    b'src/a.rs\n  abcd 1-10\n---\n{"schema_version": "authorship/3.0.0", "prompts": {"abcd": {"agent_id": '
    b'{"tool": "%s", "id": "secret", "model": "%s"}, "messages": [{"text": "secret prompt"}]}}}'
)


def with_files(maker: Maker, files: dict[str, bytes]) -> str:
    """A commit on the branch whose tree holds these files."""
    blobs = {name: maker.git("hash-object", "-w", "--stdin", given=content) for name, content in files.items()}
    listing = "".join(f"100644 blob {blob}\t{name}\n" for name, blob in sorted(blobs.items()))
    tip = maker.git("for-each-ref", "--format=%(objectname)", "refs/heads/main")
    tree = maker.git("mktree", given=listing.encode())
    sha = maker.git("commit-tree", tree, *(["-p", tip] if tip else []), "-m", "files", **WHO)
    maker.git("update-ref", "refs/heads/main", sha)
    return sha


def with_notes(maker: Maker, notes: dict[str, bytes]) -> None:
    for sha, note in notes.items():
        maker.git("notes", "--ref=ai", "add", "--force", "-F", "-", sha, given=note, **WHO)


def lines_of(batch: Any) -> list[dict[str, Any]]:
    return [row for row in batch.table.to_pylist() if row["position"]]


def test_a_mailmap_becomes_keyed_pairs_and_no_other_file_is_fetched(
    settings: Settings, maker: Maker, fetching: Any
) -> None:
    content = b"# who is who\nAda Lovelace <ada@x.org> <old@x.org>\nBo B <bo@x.org> Bobby <b@y.org>\n"
    content += b"Cleo <c@x.org>\nbroken <\n"
    with_files(maker, {".mailmap": content, "large": b"x" * 100_000})
    fetching(settings)
    (batch,) = fetching(settings, fetch=mailmap.fetch)
    first, second, third = lines_of(batch)
    key = settings.key
    assert (first["commit_key"], first["person_key"]) == (email_key(b"old@x.org", key), email_key(b"ada@x.org", key))
    assert (first["commit_name_key"], first["person_name_key"][:5]) == (None, "name:")
    assert (second["commit_key"], second["commit_name_key"][:5]) == (email_key(b"b@y.org", key), "name:")
    assert third["commit_key"] == third["person_key"]
    assert "ada" not in str(batch.table.to_pylist()).lower()
    said = subprocess.run(
        ["git", "cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectsize)"],
        cwd=settings.home / "git" / "a+b.git", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert sorted(line for line in said.stdout.splitlines() if line.startswith("blob")) == [f"blob {len(content)}"]


def test_it_is_told_anew_when_it_has_changed_and_when_it_is_gone(
    settings: Settings, maker: Maker, fetching: Any
) -> None:
    with_files(maker, {".mailmap": b"A <a@x.org> <b@x.org>\n"})
    (commits,) = fetching(settings)
    (first,) = fetching(settings, fetch=mailmap.fetch)
    assert fetching(settings, first.state, fetch=mailmap.fetch) == []
    with_files(maker, {".mailmap": b"A <a@x.org> <b@x.org>\n", "other": b""})
    (commits,) = fetching(settings, commits.state)
    assert fetching(settings, first.state, fetch=mailmap.fetch) == []
    with_files(maker, {"other": b""})
    fetching(settings, commits.state)
    (gone,) = fetching(settings, first.state, fetch=mailmap.fetch)
    assert (lines_of(gone), gone.state["listing"]) == ([], 2)


def test_without_a_mailmap_it_is_known_that_there_is_none(settings: Settings, maker: Maker, fetching: Any) -> None:
    maker.commit()
    with pytest.raises(Skipped, match="not been fetched yet"):
        fetching(settings, fetch=mailmap.fetch)
    fetching(settings)
    (batch,) = fetching(settings, fetch=mailmap.fetch)
    assert (batch.table.num_rows, batch.complete) == (0, True)


def test_a_remote_that_gives_no_single_object_leaves_it_unknown(
    settings: Settings, maker: Maker, tmp_path: Path, fetching: Any
) -> None:
    with_files(maker, {".mailmap": b"A <a@x.org> <b@x.org>\n"})
    fetching(settings)
    maker.git("bundle", "create", "--quiet", str(tmp_path / "part.bundle"), "main")
    bundled = dataclasses.replace(settings, git_url=str(tmp_path / "part.bundle"))
    with pytest.raises(Skipped, match="gives no single object"):
        fetching(bundled, fetch=mailmap.fetch)
    for path in maker.path.glob("objects/*/*"):  # the remote has lost its files
        if maker.git("cat-file", "-t", path.parent.name + path.name) != "commit":
            path.unlink()
    with pytest.raises(Skipped, match="gives no single object"):
        fetching(settings, fetch=mailmap.fetch)


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (b"", 0),
        (b"\xff\xfe<\xff@x>\n", 1),
        (b"<a@x> <b@x>\r\n", 1),
        (b"A <> <b@x>\n", 0),
        (b"A <a@x> <b@x> # why\n", 1),
        (b"A\n<\n>\n", 0),
    ],
)
def test_lines_are_read_as_git_reads_them(content: bytes, count: int) -> None:
    assert len(list(mailmap.lines(content))) == count


def test_notes_name_tool_and_model_and_nothing_else(settings: Settings, maker: Maker, fetching: Any) -> None:
    one, two, three = (maker.commit(at=1_700_000_000 + number) for number in range(3))
    with_notes(
        maker, {one: NOTE % (b"cursor", b"claude-4.5-opus"), two: NOTE % (b"homegrown", b"jane-doe"), three: b"no note"}
    )
    (commits,) = fetching(settings)
    (batch,) = fetching(settings, fetch=ai_notes.fetch)
    assert batch.complete
    assert {row["sha"]: row["findings"] for row in batch.table.to_pylist() if row["sha"]} == {
        one: [{"kind": "note", "tool": "cursor", "model": "claude-4.5-opus"}],
        two: [{"kind": "note", "tool": "other", "model": None}],
    }
    assert "secret" not in str(batch.table.to_pylist())
    assert fetching(settings, batch.state, fetch=ai_notes.fetch) == []
    with_notes(maker, {three: NOTE % (b"codex", b"gpt-5-codex")})
    assert fetching(settings, commits.state) == []  # no commit is new, the notes are fetched
    (later,) = fetching(settings, batch.state, fetch=ai_notes.fetch)
    assert later.state["listing"] == 2
    assert three in {row["sha"] for row in later.table.to_pylist()}


def test_a_repository_without_notes_is_known_to_have_none(settings: Settings, maker: Maker, fetching: Any) -> None:
    maker.commit()
    fetching(settings)
    (batch,) = fetching(settings, fetch=ai_notes.fetch)
    assert (batch.table.num_rows, batch.complete) == (0, True)
    assert fetching(settings, batch.state, fetch=ai_notes.fetch) == []


@pytest.mark.parametrize(
    "note",
    [b"", b"---\n", b"a\n---\n[1]", b"a\n---\n{" + b'"a":{' * 5_000, b'a\n---\n{"prompts": {"x": {"agent_id": []}}}'],
)
def test_a_note_in_another_form_says_nothing(note: bytes) -> None:
    assert ai_notes.findings(note) == []
