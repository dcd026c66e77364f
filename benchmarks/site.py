"""The site of 40 ecosystems over 60 months: seconds to build it, to build it again, and to open its pages in Chromium.

A page is opened from disk by a browser that has just been started on an empty profile, and is ready when every chart in
its first screen is drawn (`data-drawn`), by the page's own clock, which starts with the navigation. Its weight is what
it loaded until then, without the bundle that all pages share (assets/vega.js).

Run: `python -m benchmarks.site`. Prints Markdown. Without Chromium the pages are not measured, and it says so.
"""

from __future__ import annotations

import importlib
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import duckdb
from playwright.sync_api import Browser, sync_playwright

from benchmarks.measure import ROOT, RUNS, Sample, child, machine, sampled, seconds, spread, table, verdict, versions

sys.path.insert(0, str(ROOT / "tests" / "dashboards"))
fictional = importlib.import_module("fictional")  # what the tests draw, at the size that is promised

ECOSYSTEMS, MONTHS = 40, 60
BUILD, REBUILD = 20.0, 5.0  # seconds
OVERVIEW, OTHERS = 1.5, 1.0  # seconds
BYTES = 350_000
OPENINGS = 3
BUNDLE = "vega.js"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run")
PAGES = (
    "index",
    "contributors",
    "responsiveness",
    "growth",
    "adoption",
    "lineage",
    "claims",
    "profiles",
    "ecosystem-aurelia",
    "project-birch",
    "metrics",
    "metric-time_to_first_response",
    "quality",
    "changes",
    "zh/index",
    "zh/responsiveness",
)
READY = """() => {
  const near = [...document.querySelectorAll('figure[data-spec]')].filter((figure) => {
    const { top, bottom } = figure.getBoundingClientRect();
    return top < innerHeight && bottom > 0;
  });
  const done = document.readyState === 'complete' && near.every((figure) => figure.dataset.drawn);
  return done ? performance.now() : null;
}"""


def opened(browser: Browser, site: Path, page: str) -> tuple[float, int]:
    """Seconds until the first screen is drawn, and the bytes loaded until then without the bundle."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    loaded: set[Path] = set()
    tab.on("request", lambda request: loaded.add(Path(unquote(urlsplit(request.url).path))))
    tab.goto((site / f"{page}.html").as_uri(), wait_until="commit")
    ready = tab.wait_for_function(READY, polling="raf").json_value()
    context.close()
    return ready / 1000, sum(path.stat().st_size for path in loaded if path.name != BUNDLE)


def openings(site: Path, chromium: str) -> Iterator[tuple[str, float, int]]:
    """Each page's median seconds and its bytes; every opening in a browser of its own."""
    with sync_playwright() as playwright:
        for page in PAGES:
            print(f"  opening {page}", file=sys.stderr)
            measured = []
            for _ in range(OPENINGS):
                browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
                measured.append(opened(browser, site, page))
                browser.close()
            yield page, statistics.median(took for took, _ in measured), measured[0][1]


@contextmanager
def world() -> Iterator[tuple[Path, Path]]:
    """A folder and the published file in it."""
    with tempfile.TemporaryDirectory(prefix="ecotone-bench-") as folder:
        size = fictional.World(ecosystems=ECOSYSTEMS, months=MONTHS)
        yield Path(folder), fictional.write(Path(folder) / "ecotone.duckdb", size)


def change_one_project(database: Path, number: int) -> None:
    """Makes one project's values others, in every metric, as of a later publication."""
    with duckdb.connect(str(database)) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'metrics' "
            "AND column_name = 'value' AND table_name IN "
            "(SELECT table_name FROM duckdb_tables() WHERE schema_name = 'metrics')"
        ).fetchall()
        for (name,) in tables:
            connection.execute(
                f'UPDATE metrics."{name}" SET value = value * 1.01 WHERE entity_id IN (?, ?)',
                ["project:cobalt", "ecosystem:cobalt"],
            )
        connection.execute("UPDATE ops.publication SET publication_id = ?", [f"bench{number}"])


def main() -> None:
    """Measure, and print the section for docs/benchmarks.md."""
    first: list[Sample] = []
    again: list[Sample] = []
    worked: dict[str, list[float]] = {"whole site": [], "again, one project changed": []}
    with world() as (folder, database):
        for number in range(RUNS):
            print(f"  build and rebuild {number + 1} of {RUNS}", file=sys.stderr)
            out = folder / f"site-{number}"
            answer = child("site_build.py", str(database), str(out))
            first.append(sampled(answer))
            worked["whole site"].append(answer["processor"])
            change_one_project(database, number)
            answer = child("site_build.py", str(database), str(out))
            again.append(sampled(answer))
            worked["again, one project changed"].append(answer["processor"])
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        pages = list(openings(out, chromium)) if chromium else []
    built, rebuilt = seconds(first), seconds(again)
    print("## The site\n")
    print(
        f"{machine()}; {versions('duckdb', 'altair', 'playwright')}. Medians of {RUNS} builds, {OPENINGS} openings.\n"
    )
    print(f"{ECOSYSTEMS} ecosystems over {MONTHS} months, two languages: {answer['rows']} pages, "
          f"{answer['bytes'] / 1e6:.0f} MB.\n")  # fmt: skip
    rows = [
        (name, f"{seconds(samples):.2f}", spread(samples), f"{statistics.median(worked[name]):.2f}")
        for name, samples in zip(worked, (first, again), strict=True)
    ]
    print(table(("build", "median s", "least-most s", "of the processors, s"), rows))
    print(f"\n- {verdict(built < BUILD, f'the whole site in under {BUILD:.0f} s')}")
    print(f"- {verdict(rebuilt < REBUILD, f'after one project changed in under {REBUILD:.0f} s')}\n")
    if not pages:
        print("Chromium is not installed here: how fast pages open was not measured.")
        return
    print(
        table(
            ("page", "drawn after s", "kB"), [(name, f"{took:.2f}", f"{size / 1000:.0f}") for name, took, size in pages]
        )
    )
    slowest = {name: took for name, took, _ in pages}
    heaviest = max(size for _, _, size in pages)
    overview = max(took for name, took in slowest.items() if name.endswith("index"))
    others = max(took for name, took in slowest.items() if not name.endswith("index"))
    print(f"\n- {verdict(overview < OVERVIEW, f'the overview is drawn in under {OVERVIEW} s')}: {overview:.2f} s")
    print(f"- {verdict(others < OTHERS, f'the others in under {OTHERS} s')}: {others:.2f} s at most")
    print(f"- {verdict(heaviest < BYTES, f'under {BYTES / 1000:.0f} kB a page')}: {heaviest / 1000:.0f} kB at most")


if __name__ == "__main__":
    main()
