"""git → commits of a fork: which of them are its upstream's."""

from __future__ import annotations

from typing import Any

import pytest
from gitmaker import Maker

from pipelines.settings import Settings


@pytest.fixture
def fork(maker: Maker) -> Maker:
    """`f/k`, forked from `a/b` after three commits, with two of its own."""
    for number in range(3):
        maker.commit(at=1_700_000_000 + number)
    path = maker.path.with_name("f+k.git")
    maker.git("clone", "--quiet", "--bare", str(maker.path), str(path))
    made = Maker.__new__(Maker)
    made.path = path
    made.git("config", "uploadpack.allowFilter", "true")
    for number in range(2):
        made.commit(at=1_700_000_100 + number)
    return made


def marks(rows: list[dict[str, Any]]) -> list[bool | None]:
    return [row["is_upstream"] for row in rows]


def test_what_the_upstream_has_is_marked(settings: Settings, fork: Maker, maker: Maker, fetching: Any) -> None:
    maker.commit(at=1_700_000_050, message="after the fork")
    (batch,) = fetching(settings, name="f/k", fork_of="a/b")
    assert marks(batch.table.to_pylist()) == [False, False, True, True, True]
    assert fetching(settings, batch.state, name="f/k", fork_of="a/b") == []
    merged = fork.git("rev-parse", "main")
    fork.git("fetch", "--quiet", str(maker.path), "main:theirs")
    fork.commit(at=1_700_000_200, message="merge", parents=[merged, fork.git("rev-parse", "theirs")])
    assert marks(fetching.rows(settings, batch.state, name="f/k", fork_of="a/b")) == [False, True]


@pytest.mark.usefixtures("fork")
def test_a_repository_that_is_no_fork_is_not_asked(settings: Settings, fetching: Any) -> None:
    assert marks(fetching.rows(settings, name="f/k")) == [None] * 5


@pytest.mark.usefixtures("fork")
def test_an_upstream_that_is_named_or_taken_back_later_marks_all_anew(settings: Settings, fetching: Any) -> None:
    (plain,) = fetching(settings, name="f/k")
    (named,) = fetching(settings, plain.state, name="f/k", fork_of="a/b")
    assert marks(named.table.to_pylist()) == [False, False, True, True, True]
    assert named.state["listing"] == plain.state["listing"] + 1
    (back,) = fetching(settings, named.state, name="f/k")
    assert marks(back.table.to_pylist()) == [None] * 5


def test_an_upstream_that_cannot_be_read_is_unknown_and_said(
    settings: Settings, fork: Maker, maker: Maker, fetching: Any
) -> None:
    (batch,) = fetching(settings, name="f/k", fork_of="no/one")
    assert marks(batch.table.to_pylist()) == [None] * 5
    assert batch.complete
    assert batch.reason.startswith("its upstream no/one could not be read: there is no git repository for no/one")
    assert fetching(settings, batch.state, name="f/k", fork_of="no/one") == []
    (marked,) = fetching(settings, batch.state, name="f/k", fork_of="a/b")
    maker.path.rename(maker.path.with_name("away"))
    fork.commit(at=1_700_000_300)
    assert marks(fetching.rows(settings, marked.state, name="f/k", fork_of="a/b")) == [False]
