"""One fetch of all issues by Perceval's GitHub backend, run by the interpreter of its own environment.

Arguments: the address of the API, a token. Prints its time and rows.
"""

from __future__ import annotations

import json
import sys
import time

from perceval.backends.core.github import GitHub  # type: ignore[import-not-found]  # a peer, never a dependency


def main() -> None:
    """Say what a fetch takes; its items are counted and dropped."""
    url, token = sys.argv[1:3]
    backend = GitHub("bench", "large", api_token=[token], base_url=url)
    start = time.perf_counter()
    rows = sum(1 for _ in backend.fetch(category="issue"))
    print(json.dumps({"seconds": time.perf_counter() - start, "rows": rows}))


if __name__ == "__main__":
    main()
