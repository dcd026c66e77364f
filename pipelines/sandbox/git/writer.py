"""Writes planned histories as bare git repositories, through `git fast-import`. Data flows from a plan to a folder.

The same plan gives the same commit ids. Each commit changes a small file, so that a clone without files is told from
one with them.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from pipelines.errors import ConfigurationError
from pipelines.sandbox.git.history import Commit

FILES = 25  # of a repository: commits change them in turn
REF = "refs/heads/main"


def write_repository(path: Path, commits: Sequence[Commit]) -> list[str]:
    """Create the bare repository and write the commits in order; returns their ids, in order.

    A side branch begins at the main line's last commit; HEAD is the last commit of the main line. No commits make an
    empty repository. Raises ConfigurationError if git is missing or refuses.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _git("init", "--quiet", "--bare", f"--initial-branch={REF.rpartition('/')[2]}", str(path))
    with (path / "config").open("a") as config:
        config.write("[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n")
        config.write("[ecotone]\n\tlive = true\n")  # not a copy: it is known up to the day that is simulated
    if not commits:
        return []
    marks = path / "marks"
    stream = b"".join(_stream(commits))
    _git(
        "--git-dir",
        str(path),
        "fast-import",
        "--quiet",
        "--date-format=raw-permissive",
        f"--export-marks={marks}",
        given=stream,
    )
    found = dict(line.split() for line in marks.read_text().splitlines())
    marks.unlink()
    return [found[f":{index + 1}"] for index in range(len(commits))]


def commits_of(path: Path) -> Callable[[], Mapping[str, tuple[str, str, datetime]]]:
    """Reads, when first called, name, e-mail and time of every commit of a repository, by id."""

    @cache
    def read() -> Mapping[str, tuple[str, str, datetime]]:
        text = _git("--git-dir", str(path), "log", "--all", "--encoding=UTF-8", "--format=%H%x09%an%x09%ae%x09%ct")
        rows = (line.split("\t") for line in text.decode("utf-8", "replace").splitlines())
        return {sha: (name, email, datetime.fromtimestamp(int(at), UTC)) for sha, name, email, at in rows}

    return read


def move_head(path: Path, sha: str | None) -> None:
    """Make `sha` the tip of the main branch, or leave the repository without commits: as it was on an earlier day."""
    _git("--git-dir", str(path), "update-ref", *(["-d", REF] if sha is None else [REF, sha]))


def main_line(commits: Sequence[Commit]) -> list[int]:
    """The positions of the commits that stand on the main line, merges included."""
    return [index for index, commit in enumerate(commits) if commit.branch is None]


def _stream(commits: Sequence[Commit]) -> Iterator[bytes]:
    head: int | None = None
    sides: dict[int, int] = {}
    for index, commit in enumerate(commits):
        mark = index + 1
        parent = sides.get(commit.branch, head) if commit.branch is not None else head
        yield _header(commit, mark)
        if parent is not None:
            yield f"from :{parent}\n".encode()
        if commit.merges is not None:
            yield f"merge :{sides[commit.merges]}\n".encode()
        yield _change(commit, index)
        if commit.branch is None:
            head = mark
        else:
            sides[commit.branch] = mark
    yield f"reset {REF}\nfrom :{head}\n\n".encode()


def _header(commit: Commit, mark: int) -> bytes:
    encoding = commit.encoding or "utf-8"
    trailers = "".join(f"Co-authored-by: {line}\n" for line in commit.co_authors)
    message = f"{commit.message}\n" + (f"\n{trailers}" if trailers else "")
    lines = [
        f"commit {REF}",
        f"mark :{mark}",
        f"author {commit.name} <{commit.email}> {_when(commit.authored_at, commit.offset)}",
        f"committer {commit.name} <{commit.email}> {_when(commit.committed_at, commit.offset)}",
    ]
    if commit.encoding:
        lines.append(f"encoding {commit.encoding}")
    body = message.encode(encoding)
    return "\n".join(lines).encode(encoding) + b"\ndata %d\n%s" % (len(body), body)


def _change(commit: Commit, index: int) -> bytes:
    text = f"# {commit.message}\nrevision = {index}\n".encode()
    return b"M 100644 inline src/module_%02d.py\ndata %d\n%s\n" % (index % FILES, len(text), text)


def _when(moment: datetime, offset: int) -> str:
    sign = "-" if offset < 0 else "+"
    seconds = int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    return f"{seconds} {sign}{abs(offset) // 60:02}{abs(offset) % 60:02}"


def _git(*arguments: str, given: bytes = b"") -> bytes:
    """What a git command prints."""
    # Nothing here needs to survive a power cut: it can be made again.
    command = ["git", "-c", "core.fsync=none", *arguments]
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    try:
        return subprocess.run(command, input=given, capture_output=True, check=True, env=environment).stdout
    except FileNotFoundError as error:
        raise ConfigurationError("git was not found: install it.") from error
    except subprocess.CalledProcessError as error:
        raise ConfigurationError(
            f"git {arguments[0]} failed: {error.stderr.decode('utf-8', 'replace').strip()}"
        ) from error
