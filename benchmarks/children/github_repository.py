"""A loopback GitHub of one repository, `bench/large`, with GitHub's costs. Prints its address.

For each line of its standard input it prints what it was asked for since the last: `{"graphql": …, "rest": …}`.

python github_repository.py ISSUES CHANGE_REQUESTS STARS FORKS
"""

from __future__ import annotations

import json
import sys

from pipelines.sandbox.github.server.limits import UNLIMITED
from pipelines.sandbox.github.server.server import GitHubServer
from pipelines.sandbox.github.world.facts import GitHubWorld
from pipelines.sandbox.github.world.generated import generated

issues, changes, stars, forks = map(int, sys.argv[1:5])
repository = generated(
    "bench/large", issues=issues, comments=3, change_requests=changes, reviews=1, stars=stars, forks=forks, id=1
)
with GitHubServer(GitHubWorld.of([repository]), limits=UNLIMITED) as server:
    print(server.endpoint, flush=True)
    for _ in sys.stdin:
        asked = len(server.requests)
        graphql = sum(text.startswith("query ") for text in server.requests)
        server.requests.clear()
        print(json.dumps({"graphql": graphql, "rest": asked - graphql}), flush=True)
