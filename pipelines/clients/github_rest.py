"""REST, for what GraphQL lacks: security advisories, and what a token may do. PyGithub's data flows to the caller."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TypeVar

import github
from pipelines.clients.github_budget import Progress
from pipelines.clients.github_errors import Secrets

T = TypeVar("T")


class Rest:
    """PyGithub over several tokens."""

    def __init__(self, url: str, tokens: Sequence[str], secrets: Secrets) -> None:
        self._secrets = secrets
        self._clients = [github.Github(auth=github.Auth.Token(token), base_url=url, lazy=True) for token in tokens]
        self._turn = itertools.cycle(self._clients)

    def client(self) -> github.Github:
        """The next token's."""
        return next(self._turn)

    def call(self, ask: Callable[[github.Github], T], *, what: str, progress: Progress) -> T:
        """What `ask` makes of it."""
        raise NotImplementedError(what, progress)
