"""The history of a repository as typed columns: from git's fields to a table without a name or an address."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import accumulate, islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.sources.columns import NAME, column
from pipelines.sources.git.messages import MARKERS, NOTHING, Finding, Said, said, signed
from pipelines.sources.git.names import name_key
from pipelines.sources.people_keys import PersonKey, is_placeholder, person_keys

# git's own placeholders: https://git-scm.com/docs/pretty-formats
FIELDS = ("%H", "%P", "%an", "%ae", "%at", "%ad", "%cn", "%ct", "%B")
FINDING = pa.struct([("kind", pa.string()), ("tool", pa.string()), ("model", pa.string())])
CHANGE_BYTES = 8  # within one repository: a million commits fall together with a chance of 1 in 10^7
CHANGE = b"change\0"  # so that no other hash of the installation is ever of the same bytes
KEY = pa.string()
LAST_SECOND = 253_402_300_799  # of the year 9999
LEAST_OFFSET_MINUTES, MOST_OFFSET_MINUTES = -12 * 60, 14 * 60  # Baker Island, Kiribati
SCHEMA = pa.schema(
    [
        column("sha", pa.string(), "git's object id", nullable=False),
        column("parents", pa.int16(), "number of parents; a merge has two or more", nullable=False),
        column("author_key", NAME, "account:<id>, login:<login> or email:<keyed hash>"),
        column("author_login", NAME, "GitHub login where the e-mail is a noreply address"),
        column("author_domain", NAME, "domain of the e-mail, NULL where it may be personal"),
        column("author_placeholder", pa.bool_(), "whether the e-mail is one that no person has: you@example.com"),
        column("author_name_key", NAME, "name:<keyed hash> of the display name; `placeholder` or `common`"),
        column("authored_epoch", pa.int64(), "seconds since 1970, as git gives them"),
        column("utc_offset_minutes", pa.int16(), "of the author's clock"),
        column("committed_epoch", pa.int64(), "seconds since 1970"),
        column("co_author_keys", pa.list_(pa.string()), "from Co-authored-by trailers"),
        column("co_author_logins", pa.list_(pa.string()), "GitHub logins of the same, NULL where none is told"),
        column("change_key", pa.string(), "keyed hash of author, author time and subject: equal on cherry-picks"),
        column("ai_findings", pa.list_(FINDING), "evidence of AI use in message and names; NULL: not looked for"),
        column(
            "is_upstream", pa.bool_(), "whether the repository that it was forked from has it, too; NULL: not known"
        ),
        column("listing", pa.int32(), "1, and one more with each new telling of the whole", nullable=False),
    ],
)


@dataclass
class People:
    """E-mails and names → what may be stored; each distinct one is hashed once."""

    key: bytes
    domains: frozenset[str] = frozenset()
    _emails: dict[bytes, PersonKey] = field(default_factory=dict)
    _names: dict[bytes, str | None] = field(default_factory=dict)

    def of(self, emails: Sequence[bytes]) -> list[PersonKey]:
        """The keys of these e-mails, in order."""
        new = [email for email in dict.fromkeys(emails) if email not in self._emails]
        self._emails.update(zip(new, person_keys(new, self.key, self.domains), strict=True))
        return [self._emails[email] for email in emails]

    def named(self, names: Sequence[bytes]) -> list[str | None]:
        """The keys of these display names, in order."""
        self._names.update((name, name_key(name, self.key)) for name in dict.fromkeys(names) if name not in self._names)
        return [self._names[name] for name in names]


@dataclass(frozen=True)
class Telling:
    """What all rows of one fetch share.

    Attributes:
        people: hashes what may not be stored.
        listing: the number of this telling of the history.
        own: the commits that the upstream lacks; None: the repository is no fork, or nobody knows.
    """

    people: People
    listing: int
    own: Collection[str] | None = None

    def table(self, columns: Sequence[list[bytes]]) -> pa.Table:
        """Git's fields, in the order of `FIELDS`, as rows of SCHEMA."""
        sha, parents, names, emails, authored, dates, committers, committed, messages = columns
        people, rows = self.people, len(sha)
        authors, called = _encoded(emails), _encoded(names)
        distinct = authors.dictionary.to_pylist()
        keys = people.of(distinct)
        epochs = integers(authored)
        found = _said(messages, called, _encoded(committers))
        co_authors = self._co_authors(found)
        ids = pa.array(sha, pa.binary()).cast(pa.string())
        values = {
            "sha": ids,
            "parents": pa.array([len(parent.split()) for parent in parents], pa.int16()),
            "author_key": _renamed(authors, [key.key for key in keys]),
            "author_login": _renamed(authors, [key.login for key in keys]),
            "author_domain": _renamed(authors, [key.domain for key in keys]),
            "author_placeholder": pc.take(pa.array([is_placeholder(each) for each in distinct]), authors.indices),
            "author_name_key": _renamed(called, people.named(called.dictionary.to_pylist())),
            "authored_epoch": epochs,
            "utc_offset_minutes": _offsets(dates, epochs),
            "committed_epoch": integers(committed),
            "co_author_keys": _lists(rows, {row: [one.key for one in each] for row, each in co_authors.items()}, KEY),
            "co_author_logins": _lists(
                rows, {row: [one.login for one in each] for row, each in co_authors.items()}, KEY
            ),
            "change_key": self._changes(keys, authors.indices, authored, messages),
            "ai_findings": _lists(
                rows, {row: [one._asdict() for one in each.findings] for row, each in found.items()}, FINDING
            ),
            "is_upstream": self._is_upstream(ids),
            "listing": pa.repeat(pa.scalar(self.listing, pa.int32()), rows),
        }
        return pa.Table.from_arrays([values[name] for name in SCHEMA.names], schema=SCHEMA)

    def _co_authors(self, found: Mapping[int, Said]) -> dict[int, list[PersonKey]]:
        """The co-authors of each commit that names some, each once, in the order in which they are named."""
        keys = iter(self.people.of([email for each in found.values() for email in each.co_authors]))
        return {
            row: list({one.key: one for one in islice(keys, len(each.co_authors)) if one.key}.values())
            for row, each in found.items()
            if each.co_authors
        }

    def _changes(
        self, keys: Sequence[PersonKey], authors: pa.Array, epochs: Sequence[bytes], messages: Sequence[bytes]
    ) -> pa.Array:
        """Author, author time and the first line, hashed: the same on a cherry-pick. NULL without an author or time.

        The key stands before what is hashed: BLAKE2b needs no more to be a keyed hash, and takes half the time.
        """
        begun = [self.people.key + CHANGE + (one.key or "").encode() + b"\0" for one in keys]
        digests = b"".join(
            [
                blake2b(
                    b"%s%s\0%s" % (begun[author], epoch, message.lstrip().partition(b"\n")[0].rstrip()),
                    digest_size=CHANGE_BYTES,
                ).digest()
                for author, epoch, message in zip(authors.to_pylist(), epochs, messages, strict=True)
            ]
        )
        texts = _fixed(digests.hex().encode(), 2 * CHANGE_BYTES)
        known = pc.and_(
            pc.take(pa.array([one.key is not None for one in keys], pa.bool_()), authors),
            pc.not_equal(pc.binary_length(pa.array(epochs, pa.binary())), 0),
        )
        return texts if pc.all(known).as_py() else pc.if_else(known, texts, pa.scalar(None, pa.string()))

    def _is_upstream(self, ids: pa.Array) -> pa.Array:
        if self.own is None:
            return pa.nulls(len(ids), pa.bool_())
        return pa.array([sha not in self.own for sha in ids.to_pylist()], pa.bool_())


def _said(messages: Sequence[bytes], names: pa.DictionaryArray, committers: pa.DictionaryArray) -> dict[int, Said]:
    """What commits say of co-authors and AI tools, by row. Few messages hold a marker; only those are read."""
    marked = pc.indices_nonzero(pc.match_substring_regex(pa.array(messages, pa.large_binary()), MARKERS)).to_pylist()
    found = {row: said(messages[row]) for row in marked}
    for kind, encoded in (("author", names), ("committer", committers)):
        by_index: Mapping[int, Finding] = {
            index: finding
            for index, name in enumerate(encoded.dictionary.to_pylist())
            if (finding := signed(kind, name)) is not None
        }
        if not by_index:
            continue
        for row, index in enumerate(encoded.indices.to_pylist()):
            if index in by_index:
                told = found.get(row, NOTHING)
                found[row] = told._replace(findings=(*told.findings, by_index[index]))
    return dict(sorted(found.items()))


def _lists(rows: int, found: Mapping[int, Sequence[Any]], kind: pa.DataType) -> pa.Array:
    """A list a row, of which only some hold anything: those of `found`, in the order of the rows."""
    lengths = [0] * rows
    for row, values in found.items():
        lengths[row] = len(values)
    offsets = pa.array(accumulate(lengths, initial=0), pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.array([value for values in found.values() for value in values], kind))


def _encoded(values: Sequence[bytes]) -> pa.DictionaryArray:
    return pa.array(values, pa.binary()).dictionary_encode()


def _renamed(encoded: pa.DictionaryArray, names: Sequence[str | None]) -> pa.DictionaryArray:
    """One value a distinct e-mail → one value a row, each distinct value stored once."""
    values = pa.array(names, pa.string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(pc.take(values.indices, encoded.indices), values.dictionary)


def _fixed(content: bytes, width: int) -> pa.StringArray:
    """Texts of one width that stand one behind the other."""
    count = len(content) // width
    offsets = pa.array(range(0, len(content) + 1, width), pa.int32())
    return pa.StringArray.from_buffers(count, offsets.buffers()[1], pa.py_buffer(content))


def integers(values: Sequence[bytes]) -> pa.Array:
    """Epoch seconds; NULL where git has none (a damaged header)."""
    try:
        return pc.cast(pa.array(values, pa.binary()).cast(pa.string()), pa.int64())
    except pa.ArrowInvalid:
        return pa.array([int(value) if re.fullmatch(rb"-?\d{1,18}", value) else None for value in values], pa.int64())


def _offsets(dates: Sequence[bytes], epochs: pa.Array) -> pa.Array:
    """`1700000000 +0530` → 330; NULL for what no clock on earth shows (git lets any number pass).

    So is that of a time before 1970 or after 9999 by the author's clock: git stores it and cannot show it.
    """
    encoded = _encoded([date[-5:] for date in dates])
    minutes = pc.take(
        pa.array([_minute(offset) for offset in encoded.dictionary.to_pylist()], pa.int16()), encoded.indices
    )
    near = pc.min_max(epochs).as_py()
    day = 86_400
    if near["min"] is None or (day <= near["min"] and near["max"] <= LAST_SECOND - day and not epochs.null_count):
        return minutes if near["min"] is not None else pa.nulls(len(minutes), pa.int16())
    local = [
        minute if epoch is not None and minute is not None and 0 <= epoch + 60 * minute <= LAST_SECOND else None
        for epoch, minute in zip(epochs.to_pylist(), minutes.to_pylist(), strict=True)
    ]
    return pa.array(local, pa.int16())


def _minute(offset: bytes) -> int | None:
    match = re.fullmatch(rb"([+-])(\d\d)(\d\d)", offset)
    if match is None:
        return None
    sign, hours, minutes = match.groups()
    value = (int(hours) * 60 + int(minutes)) * (-1 if sign == b"-" else 1)
    return value if LEAST_OFFSET_MINUTES <= value <= MOST_OFFSET_MINUTES else None
