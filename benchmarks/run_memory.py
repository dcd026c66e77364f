"""Peak memory of a whole run (fetch, build, publish, draw) at four lengths of one generated history.

It must not grow with the length beyond a batch: from the length of one batch to the longest, by less than one.

Run: `python -m benchmarks.run_memory`. Prints Markdown.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.git_commits import BATCH_MIB
from benchmarks.measure import MIB, machine, table, verdict, versions
from benchmarks.second_run import generated, launch

LENGTHS = (10_000, 50_000, 200_000, 600_000)


def main() -> None:
    """Measure and print."""
    rows = []
    peaks = {}
    for commits in LENGTHS:
        print(f"  a run over {commits:,} commits", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="ecotone-bench-") as text:
            folder = Path(text)
            answer = launch(folder / "home", generated(folder, commits))
            shutil.rmtree(folder / "home")
        if answer["failed"]:
            raise RuntimeError(f"steps failed: {answer['failed']}")
        peaks[commits] = answer["peak_bytes"] / MIB
        peak, imported = peaks[commits], answer["imported_bytes"] / MIB
        rows.append((f"{commits:,} commits", f"{peak:.0f}", f"{peak - imported:.0f}", f"{answer['seconds']:.1f}"))
    print("## Memory of a run\n")
    print(f"{machine()}; {versions('dagster', 'duckdb')}. One run each.\n")
    print(table(("", "peak MiB", "of it above the imports", "s inside steps"), rows))
    growth = peaks[LENGTHS[-1]] - peaks[LENGTHS[1]]
    print(
        f"\n- from {LENGTHS[1]:,} to {LENGTHS[-1]:,} commits the peak grows by **{growth:.0f} MiB** "
        f"({verdict(growth <= BATCH_MIB, f'at most {BATCH_MIB} MiB, about a batch')})"
    )


if __name__ == "__main__":
    main()
