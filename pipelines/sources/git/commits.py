"""git → commits: who wrote which commit when, from the history of the default branch. No account is needed.

The first fetch brings the whole history, later ones what is new since; a rewritten history is brought whole again under
a new `listing`, so that staging can tell which commits HEAD still reaches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.compute as pc
import stamina

from pipelines.catalogue import Project
from pipelines.errors import Skipped, TransientError
from pipelines.sources import Batch, Request, Source
from pipelines.sources.git.client import Head, Mirror
from pipelines.sources.people_keys import PersonKey, person_keys

ROWS_A_BATCH = 50_000
ATTEMPTS = 3
TRAILER_EMAIL = re.compile(rb"<([^<>\x1e]*)>")
# git's own placeholders: https://git-scm.com/docs/pretty-formats
FIELDS = ("%H", "%P", "%ae", "%at", "%ad", "%ct", "%(trailers:key=Co-authored-by,valueonly,unfold,separator=%x1e)")
PERSON = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        pa.field("sha", pa.string(), nullable=False),
        pa.field(
            "parents", pa.int16(), nullable=False, metadata={"comment": "number of parents; a merge has two or more"}
        ),
        pa.field("author_key", PERSON, metadata={"comment": "account:<id>, login:<login> or email:<keyed hash>"}),
        pa.field("author_login", PERSON, metadata={"comment": "GitHub login where the e-mail is a noreply address"}),
        pa.field("author_domain", PERSON, metadata={"comment": "domain of the e-mail, NULL where it may be personal"}),
        pa.field("authored_epoch", pa.int64(), metadata={"comment": "seconds since 1970, as git gives them"}),
        pa.field("utc_offset_minutes", pa.int16(), metadata={"comment": "of the author's clock"}),
        pa.field("committed_epoch", pa.int64(), metadata={"comment": "seconds since 1970"}),
        pa.field("co_author_keys", pa.list_(pa.string()), metadata={"comment": "from Co-authored-by trailers"}),
        pa.field(
            "listing", pa.int32(), nullable=False, metadata={"comment": "1, and one more with each rewritten history"}
        ),
    ],
)


def subjects(project: Project) -> list[str]:
    """Every repository of the project."""
    return [repository.subject for repository in project.repositories]


def fetch(request: Request) -> Iterator[Batch]:
    """Bring the commits of one repository that are new since `request.state`."""
    full_name = request.subject.removeprefix("github:")
    url = request.settings.git_url_of(full_name)
    _skip_if_not_recorded(url, full_name)
    mirror = Mirror(request.settings.home / "git" / f"{full_name.replace('/', '+')}.git", url)
    head = _remote_head(mirror)
    if request.state is not None and request.state["head"] == (head.sha if head else None):
        return
    if head is None:
        yield Batch(
            SCHEMA.empty_table(), complete=True, state={"head": None, "listing": 0}, reason="the repository is empty"
        )
        return
    request.progress("fetching history")
    _fetch(mirror, head)
    known, listing = (request.state["head"], request.state["listing"]) if request.state else (None, 0)
    since = known if known and mirror.has(known) else None
    yield from _history(mirror, request, since=since, listing=listing if since else listing + 1, head=head.sha)


def _skip_if_not_recorded(url: str, full_name: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"", "file"}:
        return
    path = Path(unquote(parts.path))
    if not path.exists():
        raise Skipped(f"there is no git repository for {full_name}: {path.name} is not where ECOTONE_GIT_URL says")


@stamina.retry(on=TransientError, attempts=ATTEMPTS)
def _remote_head(mirror: Mirror) -> Head | None:
    return mirror.remote_head()


@stamina.retry(on=TransientError, attempts=ATTEMPTS)
def _fetch(mirror: Mirror, head: Head) -> None:
    mirror.fetch(head)


def _history(mirror: Mirror, request: Request, *, since: str | None, listing: int, head: str) -> Iterator[Batch]:
    people = People(request)
    pieces: list[pa.Table] = []
    rows = total = 0
    for columns in mirror.log(FIELDS, since=since):
        piece = _table(columns, people, listing)
        pieces.append(piece)
        rows += piece.num_rows
        total += piece.num_rows
        if rows >= ROWS_A_BATCH:
            yield Batch(pa.concat_tables(pieces))
            pieces, rows = [], 0
            request.progress(f"{total:,} commits")
    table = pa.concat_tables(pieces) if pieces else SCHEMA.empty_table()
    yield Batch(table, complete=True, state={"head": head, "listing": listing})


@dataclass
class People:
    """Turns e-mails into keys, each e-mail once: addresses themselves never leave this object."""

    request: Request

    def __post_init__(self) -> None:
        self._known: dict[bytes, PersonKey] = {}

    def keys(self, emails: list[bytes]) -> list[PersonKey]:
        """The keys of these e-mails, in order."""
        new = [email for email in dict.fromkeys(emails) if email not in self._known]
        self._known.update(zip(new, person_keys(new, self.request.settings.key, self.request.domains), strict=True))
        return [self._known[email] for email in emails]


def _table(columns: list[list[bytes]], people: People, listing: int) -> pa.Table:
    sha, parents, emails, authored, offsets, committed, trailers = columns
    authors = pa.array(emails, pa.binary()).dictionary_encode()
    keys = people.keys(authors.dictionary.to_pylist())
    return pa.Table.from_arrays(
        [
            pa.array(sha, pa.binary()).cast(pa.string()),
            pa.array([len(parent.split()) for parent in parents], pa.int16()),
            _renamed(authors.indices, [key.key for key in keys]),
            _renamed(authors.indices, [key.login for key in keys]),
            _renamed(authors.indices, [key.domain for key in keys]),
            _integers(authored),
            _minutes(offsets),
            _integers(committed),
            pa.array([_co_authors(value, people) if value else [] for value in trailers], pa.list_(pa.string())),
            pa.repeat(pa.scalar(listing, pa.int32()), len(sha)),
        ],
        schema=SCHEMA,
    )


def _renamed(indices: pa.Array, names: list[str | None]) -> pa.DictionaryArray:
    """One value a distinct e-mail → one value a row, each distinct value stored once."""
    values = pa.array(names, pa.string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(pc.take(values.indices, indices), values.dictionary)


def _integers(values: list[bytes]) -> pa.Array:
    """Epoch seconds; NULL where git has none (a damaged header)."""
    try:
        return pc.cast(pa.array(values, pa.binary()).cast(pa.string()), pa.int64())
    except pa.ArrowInvalid:
        return pa.array([int(value) if re.fullmatch(rb"-?\d{1,18}", value) else None for value in values], pa.int64())


def _minutes(offsets: list[bytes]) -> pa.Array:
    """`+0530` → 330; NULL for what no clock on earth shows (git lets any number pass)."""
    encoded = pa.array(offsets, pa.binary()).dictionary_encode()
    minutes = [_minute(offset) for offset in encoded.dictionary.to_pylist()]
    return pc.take(pa.array(minutes, pa.int16()), encoded.indices)


MOST_OFFSET_MINUTES = 14 * 60  # Kiribati; the least is -12:00


def _minute(offset: bytes) -> int | None:
    match = re.fullmatch(rb"([+-])(\d\d)(\d\d)", offset)
    if match is None:
        return None
    sign, hours, minutes = match.groups()
    value = (int(hours) * 60 + int(minutes)) * (-1 if sign == b"-" else 1)
    return value if -12 * 60 <= value <= MOST_OFFSET_MINUTES else None


def _co_authors(trailers: bytes, people: People) -> list[str]:
    """Distinct keys in the order of the trailers; a trailer without an address names nobody who can be told apart."""
    emails = [email.strip() for email in TRAILER_EMAIL.findall(trailers) if email.strip()]
    return list(dict.fromkeys(key.key for key in people.keys(emails) if key.key is not None))


SOURCE = Source(
    name="git_commits",
    source="git",
    stream="commits",
    description=(
        "Every commit that the default branch reaches: author as a keyed hash, times, UTC offset, co-authors. "
        "From a bare partial clone without files; needs no account. What is new since the last run is fetched."
    ),
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=True,
    concurrency=4,
    kinds=frozenset({"git"}),
)
