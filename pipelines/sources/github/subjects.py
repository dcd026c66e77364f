"""What GitHub's streams have in common: whose they are, what they need, and what the probe says of a repository."""

from __future__ import annotations

from pipelines.catalogue import Project
from pipelines.errors import SourceError
from pipelines.sources import Request
from pipelines.sources.github.client.client import GitHub, Probe

CONCURRENCY = 100  # subjects at once, so that waiting overlaps; how many requests at once, the client decides
NEEDS = {"github_token": "issues, change requests, forks, stars, releases and people of GitHub (no scope is needed)"}
PREFIX = "github:"


def subjects(project: Project) -> list[str]:
    """Every repository of the project."""
    return [repository.subject for repository in project.repositories]


def probed(client: GitHub, request: Request) -> Probe:
    """What the repository is now: asked for with all of the run, and known to all sources of it."""
    name = request.subject.removeprefix(PREFIX)
    names = [peer.removeprefix(PREFIX) for peer in request.peers or (request.subject,)]
    found = client.probe(names, request.now, request.progress)[name]
    if isinstance(found, SourceError):
        raise found
    return found
