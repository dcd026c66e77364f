"""What is built bit by bit equals what is built at once, whatever GitHub's streams bring in which order.

Batches are generated: rows told again and otherwise, listings that break off, fetches dated out of order, a name that
comes to mean another repository, compactions. Beside it a reckoning in Python says what must be there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import soak
from hypothesis import given
from hypothesis import strategies as st

from pipelines.catalogue import Catalogue
from pipelines.lake import Lake

NAMES = ("o/a", "o/b", "o/c")
RENAMED = '{ name = "n/new", id = "o/a", former = [{ name = "o/a" }] }'
TABLES = """
    SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal AND schema_name <> 'build'
    UNION ALL
    SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal AND schema_name <> 'build'
    ORDER BY 1
"""
KEYS = st.sampled_from([None, "account:1", "account:2", "login:three"])
DAYS = st.integers(1, 60)
ROW = st.tuples(st.integers(1, 4), KEYS, DAYS, st.lists(st.tuples(st.integers(1, 6), KEYS, DAYS), max_size=3))
TELLING = st.tuples(
    st.just("tell"),
    st.sampled_from(
        [
            *("issues", "pull_requests", "discussions", "forks", "stargazers", "releases", "accounts", "repositories"),
            "community",
        ]
    ),
    st.sampled_from(NAMES),
    st.lists(ROW, max_size=4),
    st.booleans(),  # whether it ends a complete pass
    st.booleans(),  # whether it is a part of a new pass
    st.integers(-30, 60),  # hours after the last one
)
STEPS = st.lists(
    st.one_of(TELLING, TELLING, TELLING, st.sampled_from([("build",), ("compact",), ("rename",)])),
    min_size=3,
    max_size=12,
)
IDS = {"issues": "github:issue:", "pull_requests": "github:pull:", "discussions": "github:discussion:"}


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table and view, in an order of its own."""
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        names = [name for (name,) in connection.execute(TABLES).fetchall()]
        return {name: sorted(connection.execute(f"FROM {name}").fetchall(), key=repr) for name in names}


@dataclass
class Story:
    """What was told, and what therefore must be shown.

    Attributes:
        newest: (stream, key of the row) → ((fetched_at, batch), subject).
        comments: (stream, comment) → ((fetched_at, batch), key of the row, subject).
        complete: (stream, subject) → number of its last complete pass.
        began: (stream, subject, number) → when that pass began.
    """

    installation: Any
    now: datetime
    newest: dict[tuple[str, str], tuple[Any, str]] = field(default_factory=dict)
    comments: dict[tuple[str, str], tuple[Any, str, str]] = field(default_factory=dict)
    complete: dict[tuple[str, str], int] = field(default_factory=dict)
    began: dict[tuple[str, str, int], datetime] = field(default_factory=dict)

    def tell(self, stream: str, name: str, told: Sequence[Any], ending: tuple[bool, bool], hours: int) -> None:
        ends, begins = ending
        self.now += timedelta(hours=hours)
        last = self.complete.get((stream, name), 0)
        number = last + (begins or not last)
        rows = [self._row(stream, name, number, one) for one in told]
        state: dict[str, Any] = {"observed_until": self.now.isoformat(), "total": len(rows), "pass": last}
        began = self.began.setdefault((stream, name, number), self.now)
        if ends:
            state |= {"pass": number, "began": began.isoformat()}
        elif last:
            state["began"] = self.began[stream, name, last].isoformat()
        entry = self.installation.tell(stream, name, rows, at=self.now, complete=ends, state=state)
        if ends:
            self.complete[stream, name] = number
        when = (entry.fetched_at, entry.batch)
        for row in rows:
            key = self._key(stream, row)
            if self.newest.get((stream, key), ((when[0], ""),))[0] <= when:
                self.newest[stream, key] = (when, name)
            for comment in row.get("comments", ()):
                if self.comments.get((stream, comment["comment_id"]), ((when[0], ""),))[0] <= when:
                    self.comments[stream, comment["comment_id"]] = (when, key, name)

    def _row(self, stream: str, name: str, number: int, one: Any) -> dict[str, Any]:
        which, who, day, said = one
        at = self.now - timedelta(days=100 + day)
        repository = NAMES.index(name) + 1
        unique = 10 * repository + which
        comments = {10 * unique + one: (key, when) for one, key, when in said}
        row: dict[str, Any] = {"repository_id": f"github:{repository}", "pass": number, "created_at": at}
        row |= {"author_key": who, "author_login": who and who[-3:], "author_type": "User", "number": which}
        if stream in IDS:
            row[f"{stream[:-1]}_id"] = f"{IDS[stream]}{unique}"
            row["comments"] = [
                {
                    "comment_id": f"github:comment:{stream}:{one}",
                    "author_key": key,
                    # after every beginning that a telling may give: what is dated before it would be set aside
                    "created_at": self.now - timedelta(days=99) + timedelta(hours=when),
                }
                for one, (key, when) in comments.items()
            ]
        row |= {
            "fork_id": f"github:{unique}",
            "account_key": f"account:{which}",
            "starred_at": at,
            "release_id": f"github:release:{unique}",
        }
        row |= {
            "published_at": at,
            "database_id": 90 + which if which == 4 else repository,
            "full_name": name,
            "stars": day,
        }
        return row | {
            "day": at.date(),
            "email_key": f"email:{day % 3}",
            "company": who,
            "account_login": f"login{day % 2}",
        }

    @staticmethod
    def _key(stream: str, row: dict[str, Any]) -> str:
        named = {"forks": "fork_id", "stargazers": "account_key", "releases": "release_id"}
        return (
            f"{row['repository_id']} {row[named.get(stream, f'{stream[:-1]}_id')]}" if stream in {*named, *IDS} else ""
        )

    def _is_there(self, stream: str, name: str, when: tuple[datetime, str]) -> bool:
        began = self.began.get((stream, name, self.complete.get((stream, name), 0)))
        return began is None or when[0] >= began

    def shown(self, stream: str) -> set[str]:
        """The rows that are not gone."""
        return {
            key.partition(" ")[2]
            for (which, key), (when, name) in self.newest.items()
            if which == stream and self._is_there(stream, name, when)
        }

    def shown_comments(self, stream: str) -> set[tuple[str, int]]:
        parents = self.shown(stream)
        counted: dict[str, int] = {}
        for (which, _), (when, key, name) in self.comments.items():
            parent = key.partition(" ")[2]
            if which == stream and parent in parents and self._is_there(stream, name, when):
                counted[parent] = counted.get(parent, 0) + 1
        return set(counted.items())


@soak.examples(usual=3, full=100)
@given(steps=STEPS)
def test_incremental_equals_rebuilt_equals_reckoned(
    tmp_path_factory: pytest.TempPathFactory, make_installation: Any, now: datetime, steps: list[Any]
) -> None:
    installation = make_installation(tmp_path_factory.mktemp("house"))
    story = Story(installation, now)
    text = installation.catalogue.text.replace('"o/a"', RENAMED)
    for step in steps:
        match step:
            case ("tell", stream, name, rows, ends, begins, hours):
                story.tell(stream, name, rows, (ends, begins), hours)
            case ("build",):
                installation.build()
            case ("compact",):
                with Lake(installation.settings.lake) as lake:
                    lake.compact()
            case ("rename",):
                installation.catalogue = Catalogue.parse(text)
    incremental = contents(installation.build())
    assert incremental == contents(installation.build("rebuilt.duckdb"))
    columns = {"forks": ("fork", 1), "stargazers": ("star", 1), "releases": ("release", 0)}
    columns |= {"issues": ("issue", 0), "pull_requests": ("pull_request", 0), "discussions": ("discussion", 0)}
    for stream, (table, place) in columns.items():
        rows = {row[place] for row in incremental[f"staging.{table}"]}
        assert rows == story.shown(stream), stream
    for stream, table in (
        ("issues", "issue_response"),
        ("pull_requests", "review"),
        ("discussions", "discussion_response"),
    ):
        counted: dict[str, int] = {}
        for row in incremental[f"staging.{table}"]:
            counted[row[0]] = counted.get(row[0], 0) + 1
        assert set(counted.items()) == story.shown_comments(stream), stream
