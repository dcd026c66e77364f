"""First walks in turn: a few at once, the shortest first, and a stopped run is not kept waiting."""

from __future__ import annotations

import threading

import pytest

from pipelines.errors import Paused
from pipelines.sources.github.listings.turns import Turns


def test_the_shortest_that_waits_is_next() -> None:
    turns, order, ready = Turns(1), list[tuple[int, int]](), threading.Barrier(5)
    ranks = [(1, 10), (0, 500), (0, 20), (1, 5)]

    def walk(rank: tuple[int, int]) -> None:
        ready.wait()
        with turns.of(rank, lambda _text: None):
            order.append(rank)

    threads = [threading.Thread(target=walk, args=(rank,)) for rank in ranks]
    with turns.of((0, 0), lambda _text: None):
        for thread in threads:
            thread.start()
        ready.wait()
        while len(turns.waiting) < len(ranks):
            pass
    for thread in threads:
        thread.join()
    assert order == sorted(ranks)


def test_whoever_waits_leaves_when_the_run_is_stopped() -> None:
    turns = Turns(1)

    def stopped(_text: str) -> None:
        raise Paused("stopped")

    with turns.of((0, 0), lambda _text: None):
        with pytest.raises(Paused), turns.of((0, 1), stopped):
            raise AssertionError("it was not its turn")
        assert turns.waiting == ()
    with turns.of((0, 2), stopped):
        pass
