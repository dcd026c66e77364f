"""A run after which nothing has changed, beside the first one: seconds inside Dagster's steps.

The first run fetches, builds, publishes and draws; the second asks every source what is new and finds nothing. On the
recorded data where it is there (histories, rankings, one Hub day over loopback), else on generated histories alone.

Run: `python -m benchmarks.second_run`. Prints Markdown.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.histories import History
from benchmarks.measure import (
    RECORDED,
    RUNS,
    Sample,
    child,
    machine,
    sampled,
    seconds,
    spread,
    table,
    verdict,
    versions,
)
from pipelines.sandbox.huggingface.server import HubServer
from pipelines.sandbox.recorded import recording
from pipelines.settings import Settings

PART = 1 / 10
CATALOGUE = """
[[ecosystem]]
id = "bench"
label = "Bench"

[[project]]
label = "Bench"
ecosystem = "bench"
region = "other"
layer = "framework"
repositories = ["bench/history"]
"""


@dataclass
class World:
    """What the runs are made over: their settings, which sources, and what it is called."""

    title: str
    environ: Mapping[str, str]
    sources: list[str] = field(default_factory=list)


def generated(folder: Path, commits: int) -> World:
    """One repository with that many commits, under a catalogue of its own."""
    history = History(commits).write(folder / f"history-{commits}.git")
    catalogue = folder / "ecosystems.toml"
    catalogue.write_text(CATALOGUE)
    environ = {"ECOTONE_GIT_URL": history.as_uri(), "ECOTONE_CATALOGUE": str(catalogue), "ECOTONE_RANKINGS": ""}
    return World(f"A generated history of {commits:,} commits", environ, ["git_commits"])


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """The recorded data with its last Hub day, or a generated history."""
    if not RECORDED.exists():
        yield generated(folder, 7_000)
        return
    recorded = recording(RECORDED, Settings.from_environment({}).catalogue)
    day = recorded.days[-1]
    with HubServer(recorded.hub_for(day)) as hub:
        environ = {**recorded.environment(hub.endpoint, day), "ECOTONE_CATALOGUE": ""}
        yield World(f"Recorded data: 11 histories, rankings, the Hub of {day}", environ)


def launch(home: Path, over: World) -> dict[str, Any]:
    """One run of the installation at `home`, in a process of its own."""
    return child("pipeline_run.py", *over.sources, environ={**over.environ, "ECOTONE_HOME": str(home)})


def main() -> None:
    """Measure and print."""
    first: list[Sample] = []
    second: list[Sample] = []
    answer: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="ecotone-bench-") as text:
        folder = Path(text)
        with world(folder) as over:
            for number in range(RUNS):
                print(f"  first and second run {number + 1} of {RUNS}", file=sys.stderr)
                home = folder / f"home-{number}"
                answer = launch(home, over)
                first.append(sampled(answer))
                second.append(sampled(launch(home, over)))
    ratio = seconds(second) / seconds(first)
    slowest = sorted(answer["steps"].items(), key=lambda item: -item[1])[:3]
    rows = [(name, f"{seconds(runs):.2f}", spread(runs)) for name, runs in (("first", first), ("second", second))]
    print("## A run in which nothing is new\n")
    print(f"{machine()}; {versions('dagster', 'duckdb')}. Medians of {RUNS} runs.\n")
    print(f"### {over.title}\n")
    print(table(("", "median s inside steps", "least-most s"), rows))
    print(f"\n- second ÷ first = **{ratio:.3f}** ({verdict(ratio <= PART, 'at most 1/10')})")
    print(f"- the longest steps of a first run: {', '.join(f'{name} {took:.2f} s' for name, took in slowest)}")
    if answer["failed"]:
        print(f"- steps that failed: {', '.join(sorted(answer['failed']))}")


if __name__ == "__main__":
    main()
