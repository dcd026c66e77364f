"""git: bare partial clones without files, and their history as columns. Data flows from a remote to bytes.

A mirror is a cache: it can be deleted at any time and is fetched anew. Only what HEAD reaches is fetched, without trees
or blobs (`--filter=tree:0`), so the cost is that of the commits alone.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pipelines.errors import ConfigurationError, TerminalError, TransientError

HEAD_REF = "refs/ecotone/head"
BLOCK_BYTES = 256 << 10  # small enough that a block is worked on while git writes the next
PIPE_BYTES = 1 << 20  # as much as Linux lets anybody have: fewer turns between git and us
STALL_SECONDS = 60  # a transfer slower than 1 kB/s for that long has stalled
ABSENT = re.compile(
    r"does not appear to be a git repository|[Rr]epository not found|does not exist|could not read Username"
    r"|Authentication failed|not valid: is this a git repository|returned error: 40[134]|returned error: 451",
)
DAMAGED = re.compile(
    r"index-pack (failed|died)|unpack-objects|bad (object|pack)|pack is corrupted|corrupt|inflate"
    r"|missing necessary objects|did not send all necessary objects|unrecognized header|not a v2 or v3 bundle"
    r"|pack (signature|has)|fatal: early EOF",
)
PASSING = re.compile(
    r"Could not resolve host|[Tt]imed? ?out|Connection (refused|reset)|RPC failed|early EOF|hung up"
    r"|returned error: (429|5\d\d)|Operation too slow|SSL|unable to access",
)
CONFIGURATION = """[core]
\trepositoryformatversion = 1
\tbare = true
[extensions]
\tpartialClone = origin
[remote "origin"]
\turl = {url}
\tpromisor = true
\tpartialclonefilter = tree:0
"""
STALE_LOCKS = ("*.lock", "refs/**/*.lock", "objects/**/tmp_*", "shallow.lock")


@dataclass(frozen=True)
class Head:
    """The commit at the tip of the default branch and the remote's name for it."""

    sha: str
    ref: str


class Mirror:
    """A bare partial clone at `path` of the repository at `url` (https, file://, a path, or a bundle file)."""

    def __init__(self, path: Path, url: str) -> None:
        self.path = path
        self.url = url

    def remote_head(self) -> Head | None:
        """What HEAD names at the remote; None if the repository has no commit. One question, no download."""
        listing = self._run(["git", "ls-remote", self.url], what="asked for its HEAD").splitlines()
        refs = {ref: sha for sha, _, ref in (line.partition("\t") for line in listing)}
        if "HEAD" in refs:
            return Head(refs["HEAD"], "HEAD")
        branches = [ref for ref in refs if ref.startswith("refs/heads/")]
        if not branches:
            if Path(urlsplit(self.url).path).is_file():  # git makes no bundle without a commit
                raise TerminalError(f"{self.url} could not be read: it is damaged; replace it by a whole copy.")
            return None
        if len(branches) == 1:  # a bundle may hold a branch and no HEAD
            return Head(refs[branches[0]], branches[0])
        raise TerminalError(f"{self.url} has {len(branches)} branches and no HEAD: set its default branch.")

    def fetch(self, head: Head) -> None:
        """Bring all commits up to `head`. A damaged mirror is thrown away and fetched anew, once."""
        with self._locked():
            try:
                self._fetch(head)
            except TerminalError:
                if not self._is_repository() or self._sound():
                    raise
                shutil.rmtree(self.path)
                self._fetch(head)

    def _fetch(self, head: Head) -> None:
        if not self._is_repository():
            shutil.rmtree(self.path, ignore_errors=True)
            self._run(["git", "init", "--quiet", "--bare", "--template=", str(self.path)], what="prepared")
        elif self._head() == head.sha:
            return
        for pattern in STALE_LOCKS:
            for stale in self.path.glob(pattern):
                stale.unlink(missing_ok=True)
        (self.path / "config").write_text(CONFIGURATION.format(url=_quoted(self.url)))
        self._git(
            *("-c", "gc.autoDetach=false", "-c", f"http.lowSpeedTime={STALL_SECONDS}", "-c", "http.lowSpeedLimit=1000"),
            *("fetch", "--quiet", "--force", "--no-tags", "--no-write-fetch-head", "--filter=tree:0"),
            *("origin", f"+{head.ref}:{HEAD_REF}"),
        )
        if self._head() != head.sha:
            raise TransientError(f"{self.url} moved while it was fetched: run again.")

    def _head(self) -> str | None:
        """The commit fetched last: from the ref's own file, or from git where it was packed."""
        try:
            return (self.path / HEAD_REF).read_text().strip()
        except FileNotFoundError:
            done = self._start("rev-parse", "--quiet", "--verify", HEAD_REF)
            return done.communicate()[0].decode().strip() or None

    def has(self, sha: str) -> bool:
        """Whether `sha` is reachable from the fetched head: if it is not, history was rewritten."""
        done = self._start("merge-base", "--is-ancestor", sha, HEAD_REF)
        done.communicate()
        return done.returncode == 0

    def log(self, fields: Sequence[str], *, since: str | None = None) -> Iterator[list[list[bytes]]]:
        """The history as columns: a list a field (git's `--format` placeholders), in pieces of some hundred kilobytes.

        Fields are separated by NUL, which neither a header nor a message can hold, so no name can break a row.
        Commits reachable from `since` are left out.
        """
        command = ["-c", "log.showSignature=false", "log", "-z", "--date=format:%z", "--encoding=UTF-8"]
        command += [f"--format={'%x00'.join(fields)}", HEAD_REF, *(["--not", since] if since else [])]
        process = self._start(*command)
        stdout, width = process.stdout, len(fields)
        if stdout is None:
            raise TerminalError(f"git gave no output for {self.path}")
        rest = b""
        with suppress(OSError, AttributeError):  # an offer to the kernel; elsewhere than on Linux there is no such call
            fcntl.fcntl(stdout, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        try:
            while block := stdout.read(BLOCK_BYTES):
                flat = (rest + block).split(b"\0")
                whole = (len(flat) - 1) // width * width
                rest = b"\0".join(flat[whole:])
                yield [flat[start:whole:width] for start in range(width)]
            stderr = process.communicate()[1].decode(errors="replace").strip()
        finally:
            process.kill()
            process.wait()
        if process.returncode != 0 or rest:
            raise TerminalError(f"git log of {self.url} ended early: {stderr or 'a commit was cut off'}")

    # -- running git --------------------------------------------------------------------------------------------------

    def _is_repository(self) -> bool:
        return (self.path / "HEAD").is_file() and (self.path / "objects").is_dir()

    def _sound(self) -> bool:
        """Whether the fetched history can still be walked."""
        check = self._start("rev-list", "--count", HEAD_REF)
        check.communicate()
        return check.returncode == 0

    def _git(self, *arguments: str) -> str:
        return self._run(["git", "--no-replace-objects", "-C", str(self.path), *arguments], what="fetched")

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = ["git", "--no-replace-objects", "-C", str(self.path), *arguments]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment())

    def _run(self, command: list[str], *, what: str) -> str:
        try:
            done = subprocess.run(command, capture_output=True, check=False, env=_environment())
        except FileNotFoundError:
            raise ConfigurationError(
                "git is not installed: install it (`apt-get install git`) and run again."
            ) from None
        if done.returncode == 0:
            return done.stdout.decode(errors="replace")
        said = done.stderr.decode(errors="replace").strip()
        raise _classified(self.url, what, said)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One fetch at a time for each mirror, over processes; freed by the kernel if we die."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _classified(url: str, what: str, said: str) -> TerminalError | TransientError:
    last = re.sub(r"\s+", " ", said)[-400:]
    if ABSENT.search(said):
        return TerminalError(
            f"{url} could not be {what}: there is no such repository, or it is private. If it was renamed, give its "
            f"new name in ecosystems.toml and keep the old one under `former`. (git: {last})",
        )
    local = "://" not in url or url.startswith("file://")
    if DAMAGED.search(said) and (local or not PASSING.search(said)):
        return TerminalError(f"{url} could not be {what}: it is damaged; replace it by a whole copy. (git: {last})")
    if PASSING.search(said):
        return TransientError(f"{url} could not be {what} now. (git: {last})")
    return TerminalError(f"{url} could not be {what}. (git: {last})")


def _quoted(value: str) -> str:
    """A value of git's configuration, whatever is in it."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _environment() -> dict[str, str]:
    """Git's environment: ask for no password, speak English (messages are classified), keep the user's proxies.

    GIT_FLUSH=0: `git log` would else flush its output after every commit when it writes to a pipe.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_DIR")}
    return inherited | {
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
        "GIT_ASKPASS": "true",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_FLUSH": "0",
    }
