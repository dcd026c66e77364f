"""Measuring: child processes that time themselves, medians, the machine, Markdown tables. Used by all benchmarks.

Each side of a comparison runs in a process of its own that imports what it needs, then starts the clock: no
interpreter start and no import is in a figure. The sides take turns, so that a slow minute of the machine hits both.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CHILDREN = Path(__file__).resolve().parent / "children"
RECORDED = ROOT.parent / "shared" / "data"
RUNS = 5
MIB = 1024 * 1024


@dataclass(frozen=True)
class Sample:
    """One run of one side: seconds on the clock, rows it brought, its peak resident memory in bytes (0: unknown)."""

    seconds: float
    rows: int
    peak_bytes: int = 0


Side = Callable[[int], Sample]
"""Runs one side once; the argument is the number of the run, by which it can take fresh folders."""


def interleaved(sides: Mapping[str, Side], runs: int = RUNS) -> dict[str, list[Sample]]:
    """Run each side `runs` times in turns, after one turn that does not count (caches warm up)."""
    samples: dict[str, list[Sample]] = {name: [] for name in sides}
    for number in range(runs + 1):
        for name, side in sides.items():
            print(f"  {name}: run {number} of {runs}", file=sys.stderr)
            sample = side(number)
            if number:
                samples[name].append(sample)
    return samples


def seconds(samples: Sequence[Sample]) -> float:
    """The median, in seconds."""
    return statistics.median(sample.seconds for sample in samples)


def spread(samples: Sequence[Sample]) -> str:
    """Least to most, in seconds."""
    values = [sample.seconds for sample in samples]
    return f"{min(values):.3f}-{max(values):.3f}"


def child(
    script: str, *arguments: str, python: Path | None = None, environ: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Run `children/<script>` with this interpreter or another; it prints one line of JSON, which is returned."""
    command = [str(python or sys.executable), str(CHILDREN / script), *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, **(environ or {})}
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def sampled(answer: Mapping[str, Any]) -> Sample:
    """The answer of a child as a sample."""
    return Sample(float(answer["seconds"]), int(answer["rows"]), int(answer.get("peak_bytes", 0)))


def command_to_file(command: Sequence[str], out: Path) -> float:
    """Seconds that a command takes with its output written to a file."""
    with out.open("wb") as file:
        start = time.perf_counter()
        subprocess.run(list(command), stdout=file, check=True)
        return time.perf_counter() - start


def machine() -> str:
    """What this is measured on and how busy it was in the last minute, in one line."""
    model = platform.processor() or platform.machine()
    cpuinfo, meminfo = Path("/proc/cpuinfo"), Path("/proc/meminfo")
    if cpuinfo.exists():
        names = [
            line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    memory = ""
    if meminfo.exists():
        memory = f", {int(meminfo.read_text().split()[1]) / 1024**2:.0f} GiB of memory"
    load = os.getloadavg()[0]  # others at work on the machine slow all sides, and blur the ratios
    return f"{os.cpu_count()} cores of {model}{memory}, {platform.system()} {platform.release()}, load {load:.1f}"


def versions(*distributions: str) -> str:
    """Versions of Python, git and the named distributions."""
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
    return ", ".join(
        [f"Python {platform.python_version()}", f"git {git}", *(f"{name} {version(name)}" for name in distributions)]
    )


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; every column but the first is a number and stands to the right."""
    rule = ["---", *("---:" for _ in header[1:])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (header, rule, *rows))


def verdict(met: bool, target: str) -> str:
    """How a figure stands to its target."""
    return f"{target}: {'met' if met else '**missed**'}"
