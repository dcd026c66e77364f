"""Runs git: each command in a process group of its own that ends, whole, when its time is up. From arguments to bytes.

A limit is of the whole command, from its start to its last byte: neither a silent server nor one that drips keeps it.
"""

from __future__ import annotations

import fcntl
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO

from pipelines.errors import ConfigurationError, TransientError

PIPE_BYTES = 1 << 20  # as much as Linux lets anybody have: fewer turns between git and us
LOOK_SECONDS = 0.5  # how often the clock, the progress and the run's own end are looked at
STALL_BYTES = 60_000  # of a pack that must come within `Limits.stall`: 1 kB/s
LOCAL = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_GRAFT_FILE",
    "GIT_SHALLOW_FILE",
    "GIT_REPLACE_REF_BASE",
    "GIT_DEFAULT_HASH",
    "GIT_TRACE",
    "GIT_CURL_VERBOSE",
)
"""What a shell, a hook or a debugging user may have set, and what would lead git elsewhere or fill its messages."""


class TookTooLong(TransientError):  # noqa: N818 - it says what happened
    """A command was ended because its time was up: it is not tried again in the same run."""


@dataclass(frozen=True)
class Limits:
    """Seconds that a command may take.

    Attributes:
        probe: the whole of a question without a download, and of a command that looks at a mirror.
        stall: a download has stalled if less than `STALL_BYTES` of it came within that time, and no word of other work.
        total: the whole of a download, and of reading a history.
    """

    probe: float = 60
    stall: float = 60
    total: float = 1800


@dataclass
class Job:
    """One git command.

    Attributes:
        arguments: after `git`.
        waiting_for: what is said if it takes too long: `https://… to list its branches`.
        limit: seconds from its start to its end.
        environment: beside git's own.
        given: what it reads from its standard input.
        stall: seconds within which a download must come on; None: only `limit` counts.
        received: how many bytes of the download there are; with `stall`.
        tick: called about twice a second; what it raises ends the command.
    """

    arguments: Sequence[str]
    waiting_for: str
    limit: float
    environment: Mapping[str, str] = field(default_factory=dict)
    given: bytes = b""
    stall: float | None = None
    received: Callable[[], int] = lambda: 0
    tick: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Done:
    """What a command said, and how it ended (negative: by that signal)."""

    status: int
    stdout: bytes
    stderr: str


def run(job: Job) -> Done:
    """Run a command to its end; TookTooLong if its time is up first."""
    stdout: list[bytes] = []
    stderr = bytearray()
    with _started(job) as process:
        stdout.extend(_blocks(process, job, stderr))
    return Done(process.returncode, b"".join(stdout), stderr.decode(errors="replace").strip())


def stream(job: Job, block_bytes: int, ended: Callable[[Done], None]) -> Iterator[bytes]:
    """What a command writes, in blocks of about that size; `ended` is told how it ended. Raises as `run`."""
    stderr = bytearray()
    held: list[bytes] = []
    size = 0
    with _started(job) as process:
        for block in _blocks(process, job, stderr, block_bytes):
            held.append(block)
            size += len(block)
            if size >= block_bytes:
                yield b"".join(held)
                held, size = [], 0
    if held:
        yield b"".join(held)
    ended(Done(process.returncode, b"", stderr.decode(errors="replace").strip()))


@contextmanager
def _started(job: Job) -> Iterator[subprocess.Popen[bytes]]:
    """The command as a running process, of which nothing is left over after the block."""
    try:
        process = subprocess.Popen(
            ["git", *job.arguments],
            stdin=subprocess.PIPE if job.given else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment() | dict(job.environment),
            start_new_session=True,
            bufsize=0,
        )
    except FileNotFoundError:
        raise ConfigurationError("git is not installed: install it (`apt-get install git`) and run again.") from None
    try:
        yield process
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def _blocks(process: subprocess.Popen[bytes], job: Job, stderr: bytearray, most: int = PIPE_BYTES) -> Iterator[bytes]:
    """What the process writes to its standard output as it comes, until it has ended; raises when its time is up."""
    watch = _Watch(job)
    with selectors.DefaultSelector() as waiting:
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                _register(waiting, pipe)
        rest = memoryview(job.given)
        if process.stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
            waiting.register(process.stdin, selectors.EVENT_WRITE)
        while waiting.get_map():
            for key, _events in waiting.select(LOOK_SECONDS):
                if process.stdin is not None and key.fileobj is process.stdin:
                    rest = _write(process.stdin, rest, waiting)
                    continue
                block = os.read(key.fd, most)
                if not block:
                    waiting.unregister(key.fileobj)
                elif key.fileobj is process.stdout:
                    yield block
                else:
                    stderr += block
                    watch.heard(block)
            watch.look()
        while process.poll() is None:  # it has closed its pipes, and works on
            watch.look()
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_SECONDS)


def _register(waiting: selectors.BaseSelector, pipe: IO[bytes]) -> None:
    with suppress(OSError, AttributeError):  # an offer to the kernel; elsewhere than on Linux there is no such call
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    waiting.register(pipe, selectors.EVENT_READ)


def _write(stdin: IO[bytes], rest: memoryview, waiting: selectors.BaseSelector) -> memoryview:
    try:
        rest = rest[os.write(stdin.fileno(), rest) :]
    except BrokenPipeError:
        rest = rest[:0]
    if not rest:
        waiting.unregister(stdin)
        stdin.close()
    return rest


class _Watch:
    """The clock of one command: how long it may take, and since when nothing has come of it."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._started = self._looked = self._moved = time.monotonic()
        self._received = 0

    def heard(self, said: bytes) -> None:
        """What the command said. That bytes are being received says nothing of how many: that is measured."""
        if not said.lstrip(b"\r\n ").startswith(b"Receiving objects"):
            self._moved = time.monotonic()

    def look(self) -> None:
        """Raises TookTooLong if the time is up, and whatever the job's `tick` raises."""
        now = time.monotonic()
        if now - self._started > self._job.limit:
            raise TookTooLong(f"Ended after {self._job.limit:.0f} s of waiting for {self._job.waiting_for}.")
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        self._job.tick()
        if self._job.stall is None:
            return
        received = self._job.received()
        if received - self._received >= STALL_BYTES:
            self._received, self._moved = received, now
        if now - self._moved > self._job.stall:
            raise TookTooLong(
                f"Ended as nothing came for {self._job.stall:.0f} s, waiting for {self._job.waiting_for}."
            )


def environment() -> dict[str, str]:
    """Git's environment: ask for no password, speak English (messages are classified), keep the user's proxies.

    GIT_FLUSH=0: `git log` would else flush its output after every commit when it writes to a pipe.
    GIT_NO_LAZY_FETCH: from git 2.44 on, no object is fetched because a command happened to miss it.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(LOCAL)}
    return inherited | {
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
        "GIT_ASKPASS": "true",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_FLUSH": "0",
        "GIT_NO_LAZY_FETCH": "1",
    }


def configured(values: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The environment that gives git these values of its configuration, after those that it inherits.

    They stand in no file and in no list of arguments, where others can read them.
    """
    first = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    named = {"GIT_CONFIG_COUNT": str(first + len(values))}
    for number, (name, value) in enumerate(values, first):
        named[f"GIT_CONFIG_KEY_{number}"] = name
        named[f"GIT_CONFIG_VALUE_{number}"] = value
    return named
