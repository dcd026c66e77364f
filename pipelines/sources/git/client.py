"""git: bare partial clones without files, and their history as columns. Data flows from a remote to bytes.

A mirror is a cache: it can be deleted at any time and is fetched anew. Only what HEAD reaches is fetched, without trees
or blobs (`--filter=tree:0`), so the cost is that of the commits alone.

No fetch starts another one. Only while it is fetched is a mirror a partial clone to git, by settings that stand in the
environment; and then a promisor named `closed` comes first, which ends the command that asks it for an object.
"""

from __future__ import annotations

import fcntl
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.errors import TerminalError
from pipelines.sources.git.address import WHOLE, Access, Address, classified
from pipelines.sources.git.process import Done, Job, Limits, TookTooLong, configured, run, stream

HEAD_REF = "refs/ecotone/head"
UPSTREAM_REF = "refs/ecotone/upstream"  # of a fork: what it was forked from
NOTES_REF = "refs/notes/ai"  # where git-ai writes which lines an agent wrote
KEPT_NOTES_REF = "refs/ecotone/notes"
BLOCK_BYTES = 256 << 10  # small enough that a block is worked on while git writes the next
CONFIGURATION = """[core]
\trepositoryformatversion = {version}
\tbare = true
"""
SHA256 = "[extensions]\n\tobjectFormat = sha256\n"
SHA256_DIGITS = 64
STALE_LOCKS = ("*.lock", "refs/**/*.lock", "objects/**/tmp_*", "shallow.lock")
READING = ("-c", "log.showSignature=false", "-c", "log.mailmap=false", "-c", "core.commitGraph=false")
FETCHING = (
    *("-c", "maintenance.auto=false", "-c", "gc.auto=0", "-c", "fetch.writeCommitGraph=false"),
    *("-c", "fetch.fsckObjects=false", "-c", "transfer.fsckObjects=false", "-c", "fetch.recurseSubmodules=false"),
)


@dataclass(frozen=True)
class Head:
    """The commit at the tip of the default branch, the remote's name for it, and the tip of its notes of AI use."""

    sha: str
    ref: str
    notes: str | None = None


class Mirror:
    """A bare partial clone at `path` of the repository at `url` (https, file://, a path, or a bundle file).

    Attributes:
        ref: what of the mirror is meant: its own head, or the head of what it was forked from.
        access: who is told the token. Whoever lets us in without it is not.
        limits: seconds that each command may take.
        tick: called while git is waited for; what it raises ends the command.
    """

    def __init__(  # noqa: PLR0913 - what a fetch depends on
        self,
        path: Path,
        url: str,
        *,
        ref: str = HEAD_REF,
        access: Access | None = None,
        limits: Limits | None = None,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        self.path = path
        self.address = Address.of(url)
        self.ref = ref
        self.access = access or Access()
        self.limits = limits or Limits()
        self.tick = tick
        self._with_token = False

    def remote_head(self) -> Head | None:
        """What HEAD names at the remote; None if the repository has no commit. One question, no download."""
        self.address.check_whole()
        refs = {ref: sha for sha, _, ref in (line.partition("\t") for line in self._listed().splitlines())}
        notes = refs.get(NOTES_REF)
        if "HEAD" in refs:
            return Head(refs["HEAD"], "HEAD", notes)
        branches = [ref for ref in refs if ref.startswith("refs/heads/")]
        shown = self.address.shown
        if not branches:
            if self.address.is_bundle:  # git makes no bundle without a commit
                raise TerminalError(f"{shown} could not be read: it is damaged; replace it by a whole copy.")
            return None
        if len(branches) == 1:  # a bundle may hold a branch and no HEAD
            return Head(refs[branches[0]], branches[0], notes)
        raise TerminalError(
            f"{shown} has {len(branches)} branches and no HEAD: set its default branch, as by "
            "`git symbolic-ref HEAD refs/heads/main`; a bundle is made with `git bundle create FILE HEAD --all`.",
        )

    def fetch(self, head: Head) -> str:
        """Bring all commits up to `head` and return the newest one: the branch may have moved on since.

        A damaged mirror is thrown away and fetched anew, once.
        """
        with self._locked():
            try:
                return self._fetch(head)
            except TerminalError:
                if not self._is_repository() or self._sound():
                    raise
                was_empty = self.head(HEAD_REF) is None
                shutil.rmtree(self.path)
                if was_empty:
                    raise
                return self._fetch(head)

    def bring(self, objects: Sequence[str], *, whole: bool = False) -> bool:
        """Whether these objects are here now, each asked for by its id, `whole` with all below; False: refused."""
        missing = self._missing(objects)
        if missing and self.address.is_bundle:
            return False
        if missing:
            with self._locked(), suppress(TerminalError):
                self._download(*missing, whole=whole)
        return not self._missing(objects)

    def head(self, ref: str | None = None) -> str | None:
        """The commit fetched last: from the ref's own file, or from git where it was packed."""
        name = ref or self.ref
        try:
            return (self.path / name).read_text().strip()
        except (FileNotFoundError, NotADirectoryError):
            return self._look("rev-parse", "--quiet", "--verify", name).stdout.decode().strip() or None

    def has(self, sha: str) -> bool:
        """Whether `sha` is reachable from the fetched head: if it is not, history was rewritten."""
        return self._look("merge-base", "--is-ancestor", sha, self.ref).status == 0

    def log(
        self, fields: Sequence[str], *, since: str | None = None, without: Sequence[str] = ()
    ) -> Iterator[list[list[bytes]]]:
        """The history as columns: a list a field (git's `--format` placeholders), in pieces of some hundred kilobytes.

        Fields are separated by NUL, which neither a header nor a message can hold, so no name can break a row.
        Dates are raw: git cannot write each one that it stores otherwise. Commits reachable from `since` or from the
        refs `without` are left out.
        """
        left_out = [*([since] if since else []), *without]
        command = [*READING, "log", "-z", "--no-mailmap", "--date=raw", "--encoding=UTF-8"]
        command += [f"--format={'%x00'.join(fields)}", self.ref, *(["--not", *left_out] if left_out else [])]
        width, rest = len(fields), b""
        for block in stream(self._job(command, "to tell its history", self.limits.total), BLOCK_BYTES, self._ended):
            flat = (rest + block).split(b"\0")
            whole = (len(flat) - 1) // width * width
            rest = b"\0".join(flat[whole:])
            yield [flat[start:whole:width] for start in range(width)]
        if rest:
            raise TerminalError(f"git log of {self.address.shown} ended early: a commit was cut off")

    def look(self, *arguments: str, given: bytes = b"") -> bytes:
        """What a git command in the mirror says; TerminalError if it fails. It fetches nothing."""
        done = self._look(*arguments, given=given)
        if done.status != 0:
            raise classified(self.address, "read", done.stderr)
        return done.stdout

    # -- fetching -----------------------------------------------------------------------------------------------------

    def _listed(self) -> str:
        """The refs of the remote. Without the token first: so a public repository is followed through its renames."""
        try:
            return self._asked()
        except TerminalError:
            if self._with_token or not self.access.opens(self.address):
                raise
        self._with_token = True
        return self._asked()

    def _asked(self) -> str:
        job = Job(
            ["ls-remote", "--", self.address.url],
            f"{self.address.shown} to list its branches (git ls-remote)",
            self.limits.probe,
            environment={**self.address.environment(), **configured(self._authorization())},
            tick=self.tick,
        )
        done = run(job)
        if done.status != 0:
            raise classified(self.address, "asked for its HEAD", self.access.hidden(done.stderr))
        return done.stdout.decode(errors="replace")

    def _fetch(self, head: Head) -> str:
        sha256 = len(head.sha) == SHA256_DIGITS
        if self._is_repository() and self._is_sha256() != sha256 and self.ref != HEAD_REF:
            raise TerminalError(
                f"{self.address.shown} has other object ids (SHA-1, SHA-256) than what was forked from it."
            )
        if not self._is_repository() or self._is_sha256() != sha256:
            shutil.rmtree(self.path, ignore_errors=True)
            kind = ["--object-format=sha256"] if sha256 else []
            command = ["init", "--quiet", "--bare", "--template=", *kind, str(self.path)]
            self._well(run(Job(command, "an empty mirror (git init)", self.limits.probe, tick=self.tick)), "prepared")
        for pattern in STALE_LOCKS:
            for stale in self.path.glob(pattern):
                stale.unlink(missing_ok=True)
        config = CONFIGURATION.format(version=1 if sha256 else 0) + (SHA256 if sha256 else "")
        (self.path / "config").write_text(config)
        notes = head.notes if self.ref == HEAD_REF else None
        if self.head() != head.sha or (notes and self.head(KEPT_NOTES_REF) != notes):
            kept = [f"+{NOTES_REF}:{KEPT_NOTES_REF}"] if notes else []
            self._download(f"+{head.ref}:{self.ref}", *kept)
            self._tidy()
        fetched = self.head()
        if fetched is None:  # git ends well when it refuses the branch of a shallow repository
            raise TerminalError(f"{self.address.shown} gave no branch: {WHOLE}")
        return fetched

    def _download(self, *wanted: str, whole: bool = False) -> None:
        """Fetch refs or objects by their ids, without what is below them unless `whole`."""
        kind = "--no-filter" if whole else "--filter=tree:0"
        job = self._job(
            [
                *FETCHING,
                "fetch",
                "--progress",
                "--force",
                "--no-tags",
                "--no-write-fetch-head",
                kind,
                "origin",
                *wanted,
            ],
            "to send its history (git fetch)",
            self.limits.total,
        )
        before = self._stored()
        settings = [*self._partial(), *self._authorization()]
        done = run(
            replace(
                job,
                environment={**self.address.environment(), **configured(settings)},
                stall=self.limits.stall,
                received=lambda: self._stored() - before,
            )
        )
        self._well(done, "fetched")

    def _partial(self) -> list[tuple[str, str]]:
        """What makes the mirror a partial clone of the address; whoever asks `closed` for an object is ended by it."""
        return [
            ("remote.closed.url", str(self.path.absolute())),
            ("remote.closed.uploadpack", "kill -TERM 0 #"),
            ("remote.closed.promisor", "true"),
            ("remote.closed.partialclonefilter", "tree:0"),
            ("remote.origin.url", self.address.url),
            ("remote.origin.promisor", "true"),
            ("remote.origin.partialclonefilter", "tree:0"),
        ]

    def _authorization(self) -> list[tuple[str, str]]:
        return self.access.configuration() if self._with_token else []

    def _tidy(self) -> None:
        """Let git pack what it thinks worth packing. A mirror that is not tidied is as good, so nothing hangs on it."""
        job = self._job(["-c", "gc.autoDetach=false", "gc", "--auto", "--quiet"], "to be packed", self.limits.probe)
        with suppress(TookTooLong):
            run(replace(job, environment=configured(self._partial())))

    def _stored(self) -> int:
        """Bytes in the packs of the mirror, those that are being received among them."""
        size = 0
        for path in self.path.glob("objects/**/*pack*"):
            with suppress(FileNotFoundError):
                size += path.stat().st_size if path.is_file() else 0
        return size

    # -- running git --------------------------------------------------------------------------------------------------

    def _is_repository(self) -> bool:
        return (self.path / "HEAD").is_file() and (self.path / "objects").is_dir()

    def _is_sha256(self) -> bool:
        config = self.path / "config"
        return config.is_file() and "sha256" in config.read_text(errors="replace")

    def _sound(self) -> bool:
        """Whether the fetched history can still be walked."""
        return self._look("rev-list", "--count", HEAD_REF).status == 0

    def _missing(self, objects: Sequence[str]) -> list[str]:
        said = self._look("cat-file", "--batch-check", given="".join(f"{each}\n" for each in objects).encode())
        return [line.split()[0].decode() for line in said.stdout.splitlines() if line.endswith(b" missing")]

    def _look(self, *arguments: str, given: bytes = b"") -> Done:
        return run(replace(self._job(arguments, f"(git {arguments[0]})", self.limits.probe), given=given))

    def _job(self, arguments: Sequence[str], what: str, limit: float) -> Job:
        command = ["--no-replace-objects", "-C", str(self.path), *arguments]
        return Job(command, f"{self.address.shown} {what}", limit, tick=self.tick)

    def _well(self, done: Done, what: str) -> None:
        if done.status != 0:
            killed = done.status == -signal.SIGTERM
            raise classified(self.address, what, self.access.hidden(done.stderr), killed=killed)

    def _ended(self, done: Done) -> None:
        """How reading the history ended. A mirror that cannot be read would never be made whole by what is new."""
        if done.status != 0:
            shutil.rmtree(self.path, ignore_errors=True)
            raise TerminalError(
                f"git log of {self.address.shown} ended early; its mirror was thrown away, and the next run fetches it "
                f"anew. If that ends so, too: {WHOLE} (git: {done.stderr[-400:]})"
            )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One fetch at a time for each mirror, over processes; freed by the kernel if we die."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
