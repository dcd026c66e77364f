"""git → notes of AI use: which tool and model git-ai names in `refs/notes/ai`. Goes on from `git_commits`.

A note holds which lines of which file an agent wrote, and the prompts; only tool and model are kept.
https://github.com/git-ai-project/git-ai, specs/git_ai_standard_v3.0.0.md
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from pipelines.errors import Skipped, TerminalError
from pipelines.sources import Batch, Request, Source
from pipelines.sources.columns import column, table
from pipelines.sources.git.client import KEPT_NOTES_REF, Mirror
from pipelines.sources.git.columns import FINDING
from pipelines.sources.git.commits import mirror_of, subjects
from pipelines.sources.git.messages import Finding, known_model, known_tool

MOST_NOTE_BYTES = 1 << 20
AT_ONCE_BYTES = 16 << 20
SESSIONS = ("prompts", "sessions")  # where a note names its agents
SCHEMA = pa.schema(
    [
        column("sha", pa.string(), "git's object id of the commit; empty: all notes were told", nullable=False),
        column("findings", pa.list_(FINDING), "kind note, tool, model", nullable=False),
        column("listing", pa.int32(), "1, and one more with each change of the notes", nullable=False),
    ],
)


def findings(note: bytes) -> list[Finding]:
    """What a note of git-ai names: JSON behind a line of `---`. Nothing if it is not in that form."""
    _, _, metadata = b"\n".join([b"", *note.splitlines()]).partition(b"\n---\n")
    try:
        data = json.loads(metadata)
    except (ValueError, RecursionError):
        return []
    found = [_agent(entry) for name in SESSIONS for entry in _values(data, name)]
    return list(dict.fromkeys(finding for finding in found if finding))


def fetch(request: Request) -> Iterator[Batch]:
    """Tell all notes if they have changed since `request.state`."""
    mirror = mirror_of(request)
    if mirror.head() is None:
        raise Skipped("its history has not been fetched yet")
    notes = mirror.head(KEPT_NOTES_REF)
    state = request.state or {}
    if notes is None:
        if request.state is None:
            yield Batch(SCHEMA.empty_table(), complete=True, state={"notes": None, "listing": 0})
        return
    if state.get("notes") == notes:
        return
    tree = mirror.look("log", "-1", "--no-mailmap", "--format=%T", notes).decode().strip()
    if not mirror.bring([tree], whole=True):
        raise Skipped("its notes of AI use are not known: the remote gives no single object")
    listing = state.get("listing", 0) + 1
    rows: list[dict[str, Any]] = [{"sha": "", "findings": [], "listing": listing}]
    for sha, note in _notes(mirror, tree):
        if found := findings(note):
            rows.append({"sha": sha, "findings": [one._asdict() for one in found], "listing": listing})
    yield Batch(table(rows, SCHEMA), complete=True, state={"notes": notes, "listing": listing})


def _notes(mirror: Mirror, tree: str) -> Iterator[tuple[str, bytes]]:
    """Each note with the commit that it is beside, some megabytes at once."""
    names: dict[str, str] = {}
    size = 0
    for entry in mirror.look("ls-tree", "-r", "-z", "-l", tree).split(b"\0"):
        match = _ENTRY.fullmatch(entry)
        if match is None or int(match["size"]) > MOST_NOTE_BYTES:
            continue
        names[match["path"].replace(b"/", b"").decode()] = match["blob"].decode()
        size += int(match["size"])
        if size > AT_ONCE_BYTES:
            yield from _read(mirror, names)
            names, size = {}, 0
    yield from _read(mirror, names)


def _read(mirror: Mirror, names: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    content = mirror.look("cat-file", "--batch", given="".join(f"{blob}\n" for blob in names.values()).encode())
    at = 0
    for sha in names:
        header, _, _ = content[at : at + 200].partition(b"\n")
        parts = header.split()
        if len(parts) != 3:  # noqa: PLR2004 - id, type and size
            raise TerminalError(f"a note of {mirror.address.shown} is missing: remove {mirror.path} and run again.")
        start, size = at + len(header) + 1, int(parts[2])
        yield sha, content[start : start + size]
        at = start + size + 1


def _values(data: Any, name: str) -> Iterable[Any]:  # noqa: ANN401 - JSON that strangers wrote
    found = data.get(name) if isinstance(data, dict) else None
    return found.values() if isinstance(found, dict) else ()


def _agent(entry: Any) -> Finding | None:  # noqa: ANN401 - JSON that strangers wrote
    agent = entry.get("agent_id") if isinstance(entry, dict) else None
    if not isinstance(agent, dict) or not isinstance(agent.get("tool"), str) or not agent["tool"].strip():
        return None
    model = agent.get("model")
    return Finding("note", known_tool(agent["tool"]), known_model(model) if isinstance(model, str) else None)


_ENTRY = re.compile(rb"100\d{3} blob (?P<blob>[0-9a-f]+) +(?P<size>\d+)\t(?P<path>(?:[0-9a-f]{2}/)*[0-9a-f]{4,64})")

SOURCE = Source(
    name="git_ai_notes",
    source="git",
    stream="ai_notes",
    description=(
        "Which AI tool and model git-ai notes beside commits (refs/notes/ai), where a repository has such notes. "
        "Fetched when they have changed; prompts and lines are not kept."
    ),
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=True,
    concurrency=4,
    after=("git/commits",),
    kinds=frozenset({"git"}),
)
