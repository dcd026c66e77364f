"""GitHub's streams of a large repository: points, requests beside Perceval's, rows a second, and peak memory.

The loopback GitHub runs in a process of its own, on the same cores, with GitHub's costs and no latency. Perceval asks
its REST paths for the same issues; it is given a tenth of them, because each costs it several requests.

Run: `python -m benchmarks.github_ingestion`. Prints Markdown.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measure import CHILDREN, MIB, child, machine, table, verdict, versions
from benchmarks.peers import PERCEVAL, perceval_python
from pipelines.sandbox.github.server.server import TOKEN

LARGE = (10_000, 5_000, 20_000, 5_000)  # issues with 3 comments each, change requests, stars, forks
STREAMS = ("issues", "pull_requests", "stargazers", "forks", "releases", "discussions", "community")
MOST_POINTS = 600
FEWER_REQUESTS = 50  # times
PART = 1_000  # issues that Perceval is asked for
LENGTHS = (5_000, 40_000)  # issues
MOST_GROWTH = 32  # MiB: two row groups in memory, where pages are joined


class Served:
    """A loopback GitHub that runs, and its books."""

    def __init__(self, process: subprocess.Popen[str], endpoint: str) -> None:
        self._process = process
        self.endpoint = endpoint

    def asked(self) -> dict[str, int]:
        """Requests since the last time, GraphQL's and REST's."""
        assert self._process.stdin is not None  # noqa: S101 - both are pipes
        assert self._process.stdout is not None  # noqa: S101 - both are pipes
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        found: dict[str, int] = json.loads(self._process.stdout.readline())
        return found


@contextmanager
def served(issues: int, changes: int = 0, stars: int = 0, forks: int = 0) -> Iterator[Served]:
    """As long as the block runs."""
    numbers = [str(number) for number in (issues, changes, stars, forks)]
    command = [sys.executable, str(CHILDREN / "github_repository.py"), *numbers]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        yield Served(process, process.stdout.readline().strip())
        process.communicate()


def fetched(endpoint: str, *streams: str) -> dict[str, Any]:
    """What our streams take, from nothing."""
    with tempfile.TemporaryDirectory(prefix="ecotone-bench-") as home:
        return child("github_source.py", f"{home}/home", endpoint, *streams)


def main() -> int:
    """Measure and print; 1 if a target is missed."""
    print("  a large repository", file=sys.stderr)
    with served(*LARGE) as server:
        whole = fetched(server.endpoint, *STREAMS)
    print("  its issues, beside Perceval", file=sys.stderr)
    with served(PART) as server:
        ours_took = fetched(server.endpoint, "issues")
        ours = server.asked()
        theirs_took = child("perceval_github.py", server.endpoint, TOKEN, python=Path(perceval_python()))
        theirs = server.asked()
    peaks = {}
    for issues in LENGTHS:
        print(f"  memory of {issues:,} issues", file=sys.stderr)
        with served(issues) as server:
            peaks[issues] = fetched(server.endpoint, "issues")["peak_bytes"] / MIB
    if theirs_took["rows"] != PART:
        raise RuntimeError(f"Perceval brought {theirs_took['rows']} of {PART} issues")
    pages = ours["graphql"] - 2  # whose token it is, and the probe
    times = theirs["rest"] / pages
    growth = peaks[LENGTHS[1]] - peaks[LENGTHS[0]]
    issues, changes, stars, forks = LARGE
    targets = {
        f"at most {MOST_POINTS} points": whole["points"] <= MOST_POINTS,
        f"at least {FEWER_REQUESTS} times fewer requests than Perceval": times >= FEWER_REQUESTS,
        f"at most {MOST_GROWTH} MiB more for {LENGTHS[1] // LENGTHS[0]} times the issues": growth <= MOST_GROWTH,
    }
    print("## GitHub's streams\n")
    print(
        f"{issues:,} issues with three comments each, {changes:,} change requests, {stars:,} stars, {forks:,} forks: "
        f"**{whole['points']} points**, {whole['rows']:,} rows in {whole['seconds']:.1f} s "
        f"({whole['rows'] / whole['seconds']:,.0f} a second, the server's time included).\n"
    )
    print(
        table(
            ["issues with their comments", "requests for 1,000", "seconds"],
            [
                ["Ecotone", str(pages), f"{ours_took['seconds']:.1f}"],
                [f"Perceval {PERCEVAL}", f"{theirs['rest']:,}", f"{theirs_took['seconds']:.1f}"],
            ],
        )
    )
    print()
    print(table(["issues", "peak MiB"], [[f"{length:,}", f"{peak:.0f}"] for length, peak in peaks.items()]))
    print()
    for text, met in targets.items():
        print(f"- {verdict(met, text)}")
    print(f"\n{machine()} {versions('gql', 'pyarrow')}")
    return 0 if all(targets.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
