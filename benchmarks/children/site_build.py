"""Builds the site of a published file: `site_build.py DATABASE OUT`; prints seconds, pages and bytes as JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from dashboards.write import site


def main() -> None:
    """Imports and the start of the process are not in the figure."""
    database, out = Path(sys.argv[1]), Path(sys.argv[2])
    start, worked = time.perf_counter(), time.process_time()
    site.build(database, out)
    seconds, worked = time.perf_counter() - start, time.process_time() - worked
    files = [path for path in out.rglob("*") if path.is_file()]
    pages = sum(path.suffix == ".html" for path in files)
    size = sum(path.stat().st_size for path in files)
    print(json.dumps({"seconds": seconds, "processor": worked, "rows": pages, "bytes": size}))


if __name__ == "__main__":
    main()
