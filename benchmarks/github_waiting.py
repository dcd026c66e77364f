"""How much of the waiting for GitHub overlaps: 100 repositories, 200 ms an answer, pages of one node.

The loopback GitHub runs in a process of its own, on the same cores. One after another is the same client, asked by one
thread; measured on a tenth of the repositories and reckoned up, because the whole would take minutes.

Run: `python -m benchmarks.github_waiting`. Prints Markdown.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from benchmarks.measure import ROOT, machine, table, verdict, versions
from pipelines.sandbox.github.server.server import TOKEN
from pipelines.sources.github.client.client import GitHub, load_document

REPOSITORIES, PAGES, LATENCY = 100, 10, 0.2
PART = 10  # repositories of the side that asks one after another
TARGET = 10  # times as fast
ORDER = {"field": "CREATED_AT", "direction": "ASC"}


@contextmanager
def served() -> Iterator[str]:
    """The address of a loopback GitHub, as long as the block runs."""
    script = ROOT / "benchmarks" / "children" / "github_server.py"
    command = [sys.executable, str(script), str(REPOSITORIES), str(PAGES), str(LATENCY)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        yield process.stdout.readline().strip()
        process.communicate()


def walked(endpoint: str, repositories: int, threads: int) -> tuple[float, float, int]:
    """Seconds on the clock, seconds of this process's CPU, and requests, to read all issues of so many repositories."""
    client = GitHub(endpoint, [TOKEN])
    client.connect()
    document = load_document("issues")

    def one(number: int) -> int:
        where = {"owner": "bench", "name": f"code-{number}", "order": ORDER}
        pages = client.pages(document, where, path=("repository", "issues"), what=f"bench/code-{number}", size=1)
        return sum(len(page.nodes) for page in pages)

    try:
        begun, cpu = time.perf_counter(), _cpu()
        with ThreadPoolExecutor(threads) as pool:
            rows = sum(pool.map(one, range(repositories)))
        lasted, used = time.perf_counter() - begun, _cpu() - cpu
    finally:
        client.close()
    if rows != repositories * PAGES:
        raise SystemExit(f"{rows} rows instead of {repositories * PAGES}")
    return lasted, used, client.requests - 1


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> int:
    """Measure and print; 1 if the target is missed."""
    with served() as endpoint:
        walked(endpoint, PART, PART)  # warms up
        part, _, _ = walked(endpoint, PART, 1)
        lasted, used, requests = walked(endpoint, REPOSITORIES, REPOSITORIES)
    alone = part * REPOSITORIES / PART
    met = alone / lasted >= TARGET
    print("## Waiting for GitHub\n")
    print(f"{REPOSITORIES} repositories, {PAGES} pages of one issue each, {LATENCY * 1_000:.0f} ms an answer.\n")
    print(
        table(
            ["", "seconds", "times as fast", "client's CPU a request"],
            [
                ["one after another (reckoned up)", f"{alone:.1f}", "1", ""],
                ["at the same time", f"{lasted:.1f}", f"{alone / lasted:.0f}", f"{used / requests * 1_000:.1f} ms"],
            ],
        )
    )
    print(f"\n{verdict(met, f'at least {TARGET} times as fast')}.\n\n{machine()} {versions('gql', 'aiohttp')}")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
