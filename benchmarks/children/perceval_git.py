"""One fetch by Perceval's git backend, run by the interpreter of its own environment. Prints its time and rows.

Arguments: the address, the folder of its clone, `clone` (fetching counts) or `present` (the clone is there), and the
address of a small history to warm up with.
Its items are counted and dropped: what a user does with them afterwards is not in its time.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time

from perceval.backends.core.git import Git  # type: ignore[import-not-found]  # a peer, never a dependency


def fetch(url: str, folder: str, mode: str) -> int:
    """Fetch all commits of all branches; returns their number."""
    return sum(1 for _ in Git(url, folder).fetch(no_update=mode == "present"))


def main() -> None:
    """Say what a fetch takes, after one of a small history in which everything is imported that is imported late."""
    url, folder, mode, small = sys.argv[1:5]
    with tempfile.TemporaryDirectory() as warm:
        fetch(small, f"{warm}/clone", "clone")
    start = time.perf_counter()
    rows = fetch(url, folder, mode)
    print(json.dumps({"seconds": time.perf_counter() - start, "rows": rows}))


if __name__ == "__main__":
    main()
