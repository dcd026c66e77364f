"""Commit histories: `git_commits` beside Perceval's git backend and beside `git log` alone; and its memory.

Ours is timed from the repository to durable batches: fetched, parsed, hashed, written as Parquet, synced to disk and in
the manifest. Perceval is timed until its items have been made (they are dropped: it leaves storing to others), and
`git log` until the same fields stand in a text file. "Mirror there" leaves the first transfer out on both sides; ours
still asks the remote whether anything is new.

Run: `python -m benchmarks.git_commits`. Prints Markdown.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.histories import History
from benchmarks.measure import (
    MIB,
    RECORDED,
    RUNS,
    Sample,
    Side,
    child,
    command_to_file,
    interleaved,
    machine,
    sampled,
    seconds,
    spread,
    table,
    verdict,
    versions,
)
from benchmarks.peers import PERCEVAL, perceval_python
from pipelines.sources.git.client import HEAD_REF
from pipelines.sources.git.commits import FIELDS

BUNDLE = RECORDED / "git" / "langchain-ai+langgraph.bundle"
MIRROR = Path("git") / "bench+history.git"
FACTOR_RECORDED, FACTOR_GENERATED, FACTOR_GIT_LOG = 6, 20, 2.5
LENGTHS = (10_000, 50_000, 200_000)
BATCH_MIB = 150  # 50,000 commits as Python objects and as a table; more than that would be a growth with the length


class Bench:
    """The sides, each with fresh folders under one temporary folder."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.small = History(20).write(folder / "small.git").as_uri()

    def ours(self, number: int) -> Sample:
        """From nothing: fetched, then written."""
        return self._ours(self._fresh(f"ours-{number}"))

    def ours_mirrored(self, number: int) -> Sample:
        """With the mirror there, all of it written again."""
        home = self.folder / "ours-mirrored"
        if number == 0:
            self._ours(self._fresh(home.name))
        shutil.rmtree(home / "lake")
        return self._ours(home)

    def perceval(self, number: int) -> Sample:
        """From nothing: cloned, then read."""
        return self._perceval(self._fresh(f"perceval-{number}") / "clone", "clone")

    def perceval_cloned(self, number: int) -> Sample:
        """With the clone there."""
        clone = self.folder / "perceval-cloned" / "clone"
        if number == 0:
            self._perceval(self._fresh(clone.parent.name) / "clone", "clone")
        return self._perceval(clone, "present")

    def git_log(self, number: int) -> Sample:
        """`git log` of our mirror with our fields into a file: the least that reading a history can take."""
        mirror = self.folder / "ours-mirrored" / MIRROR
        command = ["git", "-C", str(mirror), "log", "-z", "--no-mailmap", "--date=raw", "--encoding=UTF-8"]
        command += [f"--format={'%x00'.join(FIELDS)}", HEAD_REF]
        return Sample(command_to_file(command, self.folder / f"log-{number}"), 0)

    def _fresh(self, name: str) -> Path:
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def _ours(self, home: Path) -> Sample:
        return sampled(child("git_source.py", str(home), self.url, self.small))

    def _perceval(self, clone: Path, mode: str) -> Sample:
        return sampled(child("perceval_git.py", self.url, str(clone), mode, self.small, python=perceval_python()))


def compare(title: str, sides: Mapping[str, Side], targets: Sequence[tuple[str, str, float, str]]) -> str:
    """Measure the sides in turns and set them side by side.

    Args:
        title: what is read.
        sides: by name.
        targets: (name, name of the other, ratio of its time to the first one's, "at least" or "at most"); for
            "at most" the ratio is that of the first one's time to the other's.
    """
    samples = interleaved(sides)
    commits = max(sample.rows for side in samples.values() for sample in side)
    rows = [
        (name, f"{seconds(runs):.3f}", spread(runs), f"{commits / seconds(runs):,.0f}")
        for name, runs in samples.items()
    ]
    lines = [f"### {title}: {commits:,} commits", "", table(("", "median s", "least-most s", "commits/s"), rows), ""]
    for name, other, factor, direction in targets:
        ratio = seconds(samples[other]) / seconds(samples[name])
        if direction == "at least":
            lines.append(f"- {other} ÷ {name} = **{ratio:.1f}** ({verdict(ratio >= factor, f'at least {factor:g}')})")
        else:
            lines.append(
                f"- {name} ÷ {other} = **{1 / ratio:.2f}** ({verdict(1 / ratio <= factor, f'at most {factor:g}')})"
            )
    return "\n".join(lines) + "\n"


def recorded(folder: Path) -> str:
    """The real history, from a bundle file; it has no files, so Perceval has none to read."""
    if BUNDLE.exists():
        title, url = "langchain-ai/langgraph, recorded, without files", str(BUNDLE)
    else:
        title, url = "generated, without files (no recorded data beside the checkout)", str(folder / "history.git")
        History(7_000).write(Path(url))
    bench = Bench(folder, url)
    sides: dict[str, Side] = {
        "ecotone": bench.ours,
        "Perceval": bench.perceval,
        "ecotone, mirror there": bench.ours_mirrored,
        "Perceval, clone there": bench.perceval_cloned,
        "git log > file": bench.git_log,
    }
    targets = [
        ("ecotone", "Perceval", FACTOR_RECORDED, "at least"),
        ("ecotone, mirror there", "Perceval, clone there", FACTOR_RECORDED, "at least"),
        ("ecotone, mirror there", "git log > file", FACTOR_GIT_LOG, "at most"),
    ]
    return compare(title, sides, targets)


def generated(folder: Path) -> str:
    """A history with files, fetched over git's own protocol from a repository on this machine."""
    origin = History(10_000, files=2_000).write(folder / "history.git")
    bench = Bench(folder, origin.as_uri())
    sides: dict[str, Side] = {"ecotone": bench.ours, "Perceval": bench.perceval}
    targets = [("ecotone", "Perceval", FACTOR_GENERATED, "at least")]
    return compare("Generated, 2,000 files, fetching included", sides, targets)


def memory(folder: Path) -> str:
    """Peak resident memory of the process that fetches and writes, at three lengths of the history."""
    rows, peaks = [], []
    small = History(20).write(folder / "small.git").as_uri()
    for commits in LENGTHS:
        origin = History(commits).write(folder / f"history-{commits}.git")
        answer = child("git_source.py", str(folder / f"home-{commits}"), origin.as_uri(), small)
        peaks.append(answer["peak_bytes"] / MIB)
        rows.append((f"{commits:,} commits", f"{peaks[-1]:.0f}", f"{peaks[-1] - answer['imported_bytes'] / MIB:.0f}"))
        shutil.rmtree(origin)
    growth = peaks[-1] - peaks[1]
    remark = (
        f"- a batch is 50,000 commits; from {LENGTHS[1]:,} to {LENGTHS[2]:,} the peak grows by **{growth:.0f} MiB** "
        f"({verdict(growth <= BATCH_MIB, f'at most {BATCH_MIB} MiB, about a batch')})"
    )
    header = ("", "peak MiB", "of it above the imports")
    return "\n".join(["### Peak memory of a fetch, generated histories", "", table(header, rows), "", remark, ""])


def main() -> None:
    """Measure and print."""
    print("## Commit histories\n")
    print(f"{machine()}; {versions('duckdb', 'pyarrow')}, Perceval {PERCEVAL}. Medians of {RUNS} runs in turns.\n")
    for section in (recorded, generated, memory):
        with tempfile.TemporaryDirectory(prefix="ecotone-bench-") as folder:
            print(section(Path(folder)), flush=True)


if __name__ == "__main__":
    main()
