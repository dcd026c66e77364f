"""git → .mailmap: which addresses its repository says are one person's, as keyed pairs. Goes on from `git_commits`.

The mirror holds no files: the root tree at HEAD and the one blob are asked for by their ids. A remote that refuses that
leaves the file unknown. https://git-scm.com/docs/gitmailmap
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pyarrow as pa

from pipelines.errors import Skipped
from pipelines.sources import Batch, Request, Source
from pipelines.sources.columns import column, table
from pipelines.sources.git.columns import People
from pipelines.sources.git.commits import mirror_of, subjects
from pipelines.sources.people_keys import email_key

FILE = ".mailmap"
MOST_BYTES = 2 << 20
VERSION = 1
SCHEMA = pa.schema(
    [
        column("commit_key", pa.string(), "key of the address as commits have it; empty in position 0", nullable=False),
        column("commit_name_key", pa.string(), "of the name beside it, where the line is for that name only"),
        column("person_key", pa.string(), "key of the proper address", nullable=False),
        column("person_name_key", pa.string(), "of the proper name; NULL where the line gives none"),
        column("position", pa.int32(), "number of the line; 0: no line, the file was told", nullable=False),
        column("listing", pa.int32(), "1, and one more with each change of the file", nullable=False),
    ],
)


class Line(NamedTuple):
    """What one line maps: an address, with a name if it is for that name only, to a proper address and name."""

    position: int
    name: bytes
    email: bytes
    commit_name: bytes
    commit_email: bytes


def lines(content: bytes) -> Iterator[Line]:
    """The lines of a .mailmap that map an address, as git reads them."""
    for position, text in enumerate(content.split(b"\n"), 1):
        if text.startswith(b"#"):
            continue
        name, email, rest = _name_and_email(text)
        if not email:
            continue
        commit_name, commit_email, _ = _name_and_email(rest)
        yield Line(position, name, email, commit_name, commit_email or email)


def fetch(request: Request) -> Iterator[Batch]:
    """Tell the whole file if it has changed since `request.state`."""
    mirror = mirror_of(request)
    head = mirror.head()
    if head is None:
        raise Skipped("its history has not been fetched yet")
    state = request.state or {}
    if state.get("head") == head and state.get("version") == VERSION:
        return
    tree = mirror.look("log", "-1", "--no-mailmap", "--format=%T", head).decode().strip()
    if not mirror.bring([tree]):
        raise Skipped("its .mailmap is not known: the remote gives no single object")
    blob = _blob(mirror.look("ls-tree", "-z", tree, FILE))
    known = state.get("blob") if state.get("version") == VERSION else None
    if request.state is not None and blob == known:
        return
    if blob and not mirror.bring([blob]):
        raise Skipped("its .mailmap is not known: the remote gives no single object")
    listing = state.get("listing", 0) + 1
    told = {"head": head, "blob": blob, "listing": listing, "version": VERSION}
    if blob and int(mirror.look("cat-file", "-s", blob)) > MOST_BYTES:
        raise Skipped(f"its .mailmap is larger than {MOST_BYTES >> 20} MiB")
    content = mirror.look("cat-file", "blob", blob) if blob else b""
    if blob is None and known is None:
        yield Batch(SCHEMA.empty_table(), complete=True, state=told)
    else:
        yield Batch(_table(content, People(request.settings.key, request.domains), listing), complete=True, state=told)


def _table(content: bytes, people: People, listing: int) -> pa.Table:
    first = {"commit_key": "", "person_key": "", "position": 0, "listing": listing}
    rows = [first]
    for line in lines(content):
        (person, commit) = people.of([line.email, line.commit_email])
        person_name, commit_name = people.named([line.name, line.commit_name])
        rows.append(
            {
                "commit_key": commit.key or email_key(line.commit_email, people.key),
                "commit_name_key": commit_name,
                "person_key": person.key or email_key(line.email, people.key),
                "person_name_key": person_name,
                "position": line.position,
                "listing": listing,
            },
        )
    return table(rows, SCHEMA)


def _blob(listed: bytes) -> str | None:
    """The id of a file, of no link and no folder."""
    for entry in listed.split(b"\0"):
        mode, _, rest = entry.partition(b" ")
        kind, _, named = rest.partition(b" ")
        if kind == b"blob" and mode in {b"100644", b"100755"} and named.endswith(b"\t" + FILE.encode()):
            return named.partition(b"\t")[0].decode()
    return None


def _name_and_email(text: bytes) -> tuple[bytes, bytes, bytes]:
    """The name and the address at the beginning, and what follows; empty ones if there is no address."""
    name, opened, rest = text.partition(b"<")
    email, closed, after = rest.partition(b">")
    if not opened or not closed:
        return b"", b"", b""
    return name.strip(), email.strip(), after


SOURCE = Source(
    name="git_mailmap",
    source="git",
    stream="mailmap",
    description=(
        "Which addresses a repository's .mailmap at HEAD says are one person's, as keyed hashes. Asks the remote for "
        "one tree and one file when HEAD has moved; a remote that gives no single object leaves it unknown."
    ),
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=True,
    concurrency=4,
    after=("git/commits",),
    kinds=frozenset({"git"}),
)
