"""The first hour: what is known after 5,000 points of a catalogue as large as the default one, and what all costs.

67 repositories with sizes of the orders in which public lists have them, each a hundredth as large and asked for in
pages of one row, so that a point is worth what it is on GitHub. What is known after the hour is compared with what is
known after all has been walked.

Run: `python -m benchmarks.github_first_hour`. Prints Markdown.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.first_hour import METRICS, fetched, known_repositories, values
from benchmarks.measure import machine, table, verdict, versions
from pipelines.sandbox.github.server.server import GitHubServer
from pipelines.sandbox.github.world.facts import GitHubWorld
from pipelines.sandbox.github.world.first_hour import first_hour

POINTS = 5_000  # docs: GitHub's rate limit of an hour
LEAST = 0.9  # of the repositories
MOST = 1.1  # of the pages that there are
SCALE = 100


def main() -> int:
    """Measure and print; 1 if a target is missed."""
    world = first_hour(SCALE)
    names = [one.full_name for one in world]
    rows = sum(len(one.issues) + len(one.change_requests) + len(one.forks) for one in world)
    with GitHubServer(GitHubWorld.of(world)) as server, tempfile.TemporaryDirectory(prefix="ecotone-bench-") as folder:
        hour, all_of_it = Path(folder) / "hour", Path(folder) / "all"
        print("  an hour's points", file=sys.stderr)
        begun = time.perf_counter()
        spent = fetched(hour, server, names, page=1, budget=POINTS)
        seconds = time.perf_counter() - begun
        some = values(hour, server, names)
        print("  all of it", file=sys.stderr)
        whole_points = fetched(all_of_it, server, names, page=1, budget=None)
        whole = values(all_of_it, server, names)
    share, wrong = known_repositories(some, whole)
    least = rows + 5 * len(names)  # a page of one row each; at least one of each listing
    targets = {
        f"the last 12 months of at least {LEAST:.0%} of the repositories known": share >= LEAST,
        "equal to what they are when all has been walked": not wrong,
        f"the whole for at most {MOST} of the pages that there are": whole_points <= MOST * least,
    }
    print("## The first hour\n")
    print(
        f"{len(names)} repositories with {rows * SCALE:,} issues, change requests and forks, a {SCALE}th of each: "
        f"{spent:,} points, {seconds:.0f} s; then {', '.join(name for name, _series in METRICS)} of the last 12 months "
        f"are known of **{share:.0%}**.\n"
    )
    print(table(["", "points"], [["an hour", f"{spent:,}"], ["all", f"{whole_points:,}"], ["pages", f"{least:,}"]]))
    print()
    for text, met in targets.items():
        print(f"- {verdict(met, text)}")
    print(f"\n{machine()} {versions('gql', 'pyarrow')}")
    return 0 if all(targets.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
