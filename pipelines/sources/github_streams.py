"""What GitHub's streams have in common: whose they are, and what they need."""

from __future__ import annotations

from pipelines.catalogue import Project

CONCURRENCY = 64  # subjects at once, so that waiting overlaps; how many requests, the client decides
NEEDS = {"github_token": "issues, change requests, forks, stars, releases and people of GitHub (no scope is needed)"}


def subjects(project: Project) -> list[str]:
    """Every repository of the project."""
    return [repository.subject for repository in project.repositories]
