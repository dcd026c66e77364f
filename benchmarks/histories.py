"""Generated git histories: seeded, of any length, with or without files, where no recorded one will do.

Written by `git fast-import`, with the shape of real ones: a few people write most of it (Zipf), a tenth are merges,
a tenth carry a co-author trailer, and a commit changes some lines of a few files.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FIRST_COMMIT = 1_600_000_000  # 2020-09-13
SECONDS_BETWEEN = 900
OFFSETS = ("-0800", "-0500", "+0000", "+0100", "+0530", "+0800", "+0900")
WORDS = (
    "add",
    "fix",
    "cache",
    "loader",
    "for",
    "token",
    "stream",
    "in",
    "the",
    "router",
    "batch",
    "test",
    "of",
    "docs",
)
MERGES = CO_AUTHORED = 0.1
FILES_A_COMMIT = (1, 2, 2, 3, 4, 6, 9)
LINES_A_FILE = (20, 400)


@dataclass
class History:
    """A history to be generated: the same seed gives the same commits.

    Attributes:
        commits: how many, merges included.
        files: how many files the tree has in the end; 0 gives commits with empty trees.
        seed: of the pseudo-random numbers.
    """

    commits: int
    files: int = 0
    seed: int = 20260822
    contents: dict[str, list[str]] = field(default_factory=dict, repr=False)

    def write(self, path: Path) -> Path:
        """Make the bare repository at `path`, ready to be served to partial clones, packed as a host would."""
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(path)], check=True)
        git = ["git", "-C", str(path)]
        subprocess.run([*git, "config", "uploadpack.allowFilter", "true"], check=True)
        with subprocess.Popen([*git, "fast-import", "--quiet"], stdin=subprocess.PIPE) as process:
            if process.stdin is None:
                raise RuntimeError("git fast-import takes no input")
            for block in self._stream():
                process.stdin.write(block)
        if process.returncode != 0:
            raise RuntimeError(f"git fast-import failed with {process.returncode}")
        subprocess.run([*git, "repack", "-a", "-d", "--quiet"], check=True)
        return path

    def _stream(self) -> Iterator[bytes]:
        dice = random.Random(self.seed)
        people = max(10, self.commits // 40)
        for number in range(1, self.commits + 1):
            person = min(int(dice.paretovariate(0.9)), people)
            author = f"Person {person} <p{person}@{'example.org' if person % 3 else 'users.noreply.github.com'}>"
            when = f"{FIRST_COMMIT + number * SECONDS_BETWEEN} {dice.choice(OFFSETS)}"
            message = self._message(dice, people)
            merge = f"merge :{number - dice.randint(2, 9)}\n" if number > 10 and dice.random() < MERGES else ""
            lines = [f"commit refs/heads/main\nmark :{number}\nauthor {author} {when}\ncommitter {author} {when}\n"]
            lines.append(f"data {len(message)}\n{message}\n{merge}")
            if self.files:
                lines.extend(self._changes(dice))
            yield "".join([*lines, "\n"]).encode()

    @staticmethod
    def _message(dice: random.Random, people: int) -> str:
        title = " ".join(dice.choices(WORDS, k=dice.randint(3, 9)))
        body = "\n".join(" ".join(dice.choices(WORDS, k=10)) for _ in range(dice.randint(0, 4)))
        trailer = ""
        if dice.random() < CO_AUTHORED:
            other = dice.randint(1, people)
            trailer = f"\n\nCo-authored-by: Person {other} <p{other}@example.org>"
        return f"{title} (#{dice.randint(1, 99_999)})\n\n{body}{trailer}\n"

    def _changes(self, dice: random.Random) -> Iterator[str]:
        for number in sorted({dice.randrange(self.files) for _ in range(dice.choice(FILES_A_COMMIT))}):
            path = f"src/part{number % 40}/unit{number % 7}/file{number}.py"
            lines = self.contents.get(path)
            if lines is None:
                lines = self.contents[path] = [self._line(dice) for _ in range(dice.randint(*LINES_A_FILE))]
            for _ in range(dice.randint(1, 12)):
                lines[dice.randrange(len(lines))] = self._line(dice)
            text = "\n".join(lines)
            yield f"M 100644 inline {path}\ndata {len(text)}\n{text}\n"

    @staticmethod
    def _line(dice: random.Random) -> str:
        return "    " + " ".join(dice.choices(WORDS, k=6))
