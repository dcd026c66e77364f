"""Public daily rankings of GitHub: a file, a folder of daily files, or a clone of the repository that publishes them.

Data flows from bytes on disk to rows of the repositories asked for. Each file is read once in a process, whoever asks:
what is kept of it is the rows of the names known so far, a few per cent of a list.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from pipelines.errors import ConfigurationError, EcotoneError, TerminalError, TransientError
from pipelines.sources.rankings import rows as ranking_rows
from pipelines.sources.rankings.rows import Rows, day_of

PUBLIC_REPOSITORY = "EvanLi/Github-Ranking"  # MIT; a list for each language and two over all, each day since 2018-12-18
PUBLIC_FOLDER = "Data"
REF = "refs/ecotone/head"
REFRESH_SECONDS = 3_600  # the lists appear once a day
STALL_SECONDS = 60
FETCH_SECONDS = 1_800  # the whole of it: 250 MB at 140 kB/s
COMMAND_SECONDS = 120  # of any other command


@dataclass(frozen=True)
class Listing:
    """One file of a ranking.

    Attributes:
        file: its name.
        signature: changes when the file does.
        day: the day that its name tells; None for a table over many days.
    """

    file: str
    signature: str
    day: date | None


class Place(Protocol):
    """Where ranking files are."""

    def listings(self) -> list[Listing]:
        """All files, without reading them."""

    def contents(self, listings: Sequence[Listing]) -> Iterator[bytes]:
        """The bytes of each, in order."""


class Files:
    """A ranking file, or a folder of them (`*.csv`, `*.csv.gz`)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def listings(self) -> list[Listing]:
        """All files, without reading them."""
        if not self.path.exists():
            raise TerminalError(
                f"ECOTONE_RANKINGS names {self.path}, which does not exist. Name a ranking CSV or a folder of them, "
                "or leave it unset.",
            )
        folder = self.path.is_dir()
        paths = (
            [path for path in self.path.iterdir() if path.name.endswith((".csv", ".csv.gz"))] if folder else [self.path]
        )
        found = []
        for path in paths:
            told = path.stat()
            found.append(Listing(path.name, f"{told.st_size}-{told.st_mtime_ns}", day_of(path.name)))
        return found

    def contents(self, listings: Sequence[Listing]) -> Iterator[bytes]:
        """The bytes of each, in order."""
        for listing in listings:
            path = self.path / listing.file if self.path.is_dir() else self.path
            try:
                yield path.read_bytes()
            except OSError as error:
                raise TerminalError(f"{path} cannot be read: {error.strerror}.") from error


class Clone:
    """A bare clone of the repository that publishes the lists.

    Only its newest state is fetched, whole: about 250 MB, all days included, as each has a file of its own. Without the
    blobs it would be smaller, but then each of the 2,500 files would be a request.
    """

    def __init__(self, path: Path, url: str) -> None:
        self.path = path
        self.url = url
        self._fetched: float | None = None
        self._failure: EcotoneError | None = None

    def listings(self) -> list[Listing]:
        """All files of the newest state; fetches it at most once an hour."""
        self._refresh()
        tree = self._git("ls-tree", "-z", REF, f"{PUBLIC_FOLDER}/").decode()
        found = []
        for entry in filter(None, tree.split("\0")):
            told, _, name = entry.partition("\t")
            _mode, kind, sha = told.split(" ")
            file = name.rpartition("/")[2]
            if kind == "blob" and file.endswith((".csv", ".csv.gz")):
                found.append(Listing(file, sha, day_of(file)))
        return found

    def contents(self, listings: Sequence[Listing]) -> Iterator[bytes]:
        """The bytes of each, in order, through one `git cat-file`."""
        command = ["git", "-C", str(self.path), "cat-file", "--batch"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()) as process:
            source, sink = process.stdin, process.stdout
            if source is None or sink is None:
                raise TerminalError(f"git gave no output for {self.path}")
            try:
                for listing in listings:
                    source.write(f"{listing.signature}\n".encode())
                    source.flush()
                    told = sink.readline().split()
                    if told[1:2] != [b"blob"]:
                        raise TerminalError(f"{self.path} lacks {listing.file}: delete the folder, it is fetched anew.")
                    yield sink.read(int(told[2]) + 1)[:-1]
            finally:
                source.close()

    def _refresh(self) -> None:
        if self._fetched is not None and time.monotonic() - self._fetched < REFRESH_SECONDS:
            if self._failure:
                raise self._failure
            return
        self._failure = None
        try:
            with self._locked():
                if not (self.path / "HEAD").is_file():
                    self._run(["git", "init", "--quiet", "--bare", str(self.path)])
                for stale in self.path.glob("shallow.lock"):  # of a fetch that was killed; ours is the only one now
                    stale.unlink()
                stall = ("-c", f"http.lowSpeedTime={STALL_SECONDS}", "-c", "http.lowSpeedLimit=1000")
                fetch = ("fetch", "--quiet", "--force", "--no-tags", "--depth=1", self.url, f"+HEAD:{REF}")
                self._git(*stall, *fetch, seconds=FETCH_SECONDS)
        except EcotoneError as error:
            self._failure = error
            raise
        finally:
            self._fetched = time.monotonic()

    def _git(self, *arguments: str, seconds: float = COMMAND_SECONDS) -> bytes:
        return self._run(["git", "--no-replace-objects", "-C", str(self.path), *arguments], seconds)

    def _run(self, command: list[str], seconds: float = COMMAND_SECONDS) -> bytes:
        """What the command printed; it and all that it started are ended after so many seconds."""
        try:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment(), start_new_session=True
            )
        except FileNotFoundError:
            raise ConfigurationError(
                "git is not installed: install it (`apt-get install git`) and run again."
            ) from None
        with process:
            try:
                printed, complained = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired as error:
                raise TransientError(
                    f"the public rankings at {self.url}: git did not come to an end within {seconds:,.0f} s."
                ) from error
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
        if process.returncode != 0:
            said = " ".join(complained.decode(errors="replace").split())[-300:]
            raise TransientError(f"the public rankings at {self.url} could not be fetched. (git: {said})")
        return printed

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Rankings:
    """The files of one place, each read once for all repositories."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._guard = threading.Lock()
        self._names: frozenset[str] = frozenset()
        self._read: dict[str, tuple[Listing, Rows]] = {}  # by file: of a changed one only the newest

    def listings(self, until: date) -> list[Listing]:
        """The files of that day and before, and those of many days, in order."""
        with self._guard:
            found = self._place.listings()
        found = [one for one in found if one.day is None or one.day <= until]
        return sorted(found, key=lambda one: (one.day or date.min, one.file))

    def rows(
        self,
        listings: Sequence[Listing],
        names: frozenset[str],
        others: frozenset[str] = frozenset(),
        progress: Callable[[str], None] = lambda _text: None,
    ) -> Rows:
        """What these files say of `names` (lower case), and of `others` that will be asked for next."""
        with self._guard:
            if not names <= self._names:
                self._names |= names | others
                self._read.clear()
            new = [one for one in listings if self._read.get(one.file, (None, None))[0] != one]
            for number, (listing, data) in enumerate(zip(new, self._place.contents(new), strict=True), start=1):
                self._read[listing.file] = (listing, ranking_rows.read(data, listing.file, self._names))
                if number % 100 == 0:
                    progress(f"{number:,} of {len(new):,} daily rankings")
            return ranking_rows.join([self._read[one.file][1] for one in listings])


_OPEN: dict[tuple[str, Path, str], Rankings] = {}
_OPEN_GUARD = threading.Lock()


def open_rankings(where: str, *, cache: Path, url: str) -> Rankings:
    """The rankings at a path, or with "clone" those of the public repository at `url`, kept under `cache`."""
    with _OPEN_GUARD:
        key = (where, cache, url)
        if key not in _OPEN:
            clone = where == "clone"
            name = PUBLIC_REPOSITORY.replace("/", "+")
            place = Clone(cache / f"{name}.rankings.git", url) if clone else Files(Path(where).expanduser())
            _OPEN[key] = Rankings(place)
        return _OPEN[key]


def digest(listings: Sequence[Listing]) -> str:
    """Short hash of which files there are; the order counts."""
    text = "\n".join(f"{one.file} {one.signature}" for one in listings)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _environment() -> dict[str, str]:
    """What git is started with: never ask for a password, keep the user's proxies."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_DIR")}
    return inherited | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_ASKPASS": "true", "GIT_OPTIONAL_LOCKS": "0"}
