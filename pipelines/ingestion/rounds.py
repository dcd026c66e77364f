"""A round: what the subjects of one run of a source share, whichever thread fetches them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from pipelines.errors import Paused
from pipelines.ingestion.outcomes import Outcome
from pipelines.ingestion.together import Together
from pipelines.lake.reading import LakeReader


@dataclass(frozen=True)
class Round:
    """What the subjects of one run of one source share.

    Attributes:
        locks: one for each subject.
        counter: how many are done.
        subjects: all of them.
        reader: of what other streams have in the lake.
        together: small batches that are held, to be written as one file.
        stopped: set when the run is to end; a thread that waits looks at it.
        outcomes: subject → what became of it, once it is done.
    """

    locks: SubjectLocks
    counter: Counter
    subjects: tuple[str, ...]
    reader: LakeReader
    together: Together
    stopped: threading.Event = field(default_factory=threading.Event)
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def say(self, text: str) -> None:
        """Something goes on; Paused if the run is being stopped: a source that waits must not keep it."""
        self.check()
        self.counter.say(text)

    def check(self) -> None:
        """Paused if the run is being stopped."""
        if self.stopped.is_set():
            raise Paused("the run was stopped: the next one goes on from here")


class SubjectLocks:
    """One thread at a time for each subject: a subject of two projects is fetched once."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}

    def of(self, subject: str) -> threading.Lock:
        """The lock of the subject."""
        with self._guard:
            return self._locks.setdefault(subject, threading.Lock())


class Counter:
    """How many subjects are done, told with what is going on: a long history says so long before it is done."""

    def __init__(self, tell: Callable[[int, int, str], None], total: int) -> None:
        self._tell = tell
        self._total = total
        self._done = 0
        self.say("")

    def add(self, subject: str) -> None:
        """One more is done."""
        self._done += 1
        self.say(subject)

    def say(self, text: str) -> None:
        """Something goes on."""
        self._tell(self._done, self._total, text)
