"""A loopback GitHub of small repositories until its standard input ends: prints its address.

python github_server.py REPOSITORIES ISSUES LATENCY_SECONDS
"""

from __future__ import annotations

import sys

from pipelines.sandbox.github.server.limits import UNLIMITED
from pipelines.sandbox.github.server.server import GitHubServer
from pipelines.sandbox.github.world.facts import GitHubWorld
from pipelines.sandbox.github.world.generated import generated

repositories, issues, latency = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
world = GitHubWorld.of(
    [
        generated(f"bench/code-{number}", issues=issues, comments=0, people=5, id=1 + number)
        for number in range(repositories)
    ]
)
with GitHubServer(world, limits=UNLIMITED, latency=latency) as server:
    print(server.endpoint, flush=True)
    sys.stdin.read()
