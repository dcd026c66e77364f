"""Writes small git repositories for tests, commit by commit, with any author, time and message."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Maker:
    """A bare repository that commits are added to; `path` serves as its address."""

    path: Path

    def __post_init__(self) -> None:
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.path), at=self.path.parent)
        self.git("config", "uploadpack.allowFilter", "true")

    def git(self, *arguments: str, at: Path | None = None, given: bytes = b"", **environment: str) -> str:
        """Run git in the repository and return what it says."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=at or self.path,
            input=given,
            capture_output=True,
            check=True,
            env=os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} | environment,
        )
        return done.stdout.decode().strip()

    def commit(  # noqa: PLR0913 - what a commit is made of
        self,
        *,
        email: str | bytes = "ada@example.org",
        name: str = "Ada",
        at: int | str = 1_750_000_000,
        offset: str = "+0000",
        message: str | bytes = "work",
        parents: list[str] | None = None,
        branch: str = "main",
    ) -> str:
        """Add a commit to the branch (on its tip unless `parents` are given) and return its id."""
        tree = self.git("mktree")
        if parents is None:
            tip = self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")
            parents = [tip] if tip else []
        raw_email = email if isinstance(email, bytes) else email.encode()
        raw_message = message if isinstance(message, bytes) else message.encode()
        person = name.encode() + b" <" + raw_email + b"> " + f"{at} {offset}".encode()
        lines = [b"tree " + tree.encode(), *(b"parent " + parent.encode() for parent in parents)]
        lines += [b"author " + person, b"committer " + person, b"", raw_message, b""]
        sha = self.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", given=b"\n".join(lines))
        self.git("update-ref", f"refs/heads/{branch}", sha)
        return sha
