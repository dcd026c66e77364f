"""What tests of git share: an installation over repositories that are made commit by commit, and one fetch of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from gitmaker import Maker

from pipelines.catalogue import Name, Project, Repository
from pipelines.settings import Settings
from pipelines.sources import Batch, Request
from pipelines.sources.git.commits import fetch as fetch_commits

NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path / "home", catalogue=tmp_path / "x.toml", git_url=f"file://{tmp_path}/{{owner}}+{{name}}.git"
    )


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    return Maker(tmp_path / "a+b.git")


class Fetching:
    """Runs a source of git over one repository."""

    def __call__(  # noqa: PLR0913 - what a request is made of
        self,
        settings: Settings,
        state: Any = None,
        *,
        name: str = "a/b",
        fork_of: str | None = None,
        fetch: Callable[[Request], Iterator[Batch]] = fetch_commits,
        at: datetime | None = None,
        progress: Callable[[str], None] = lambda _text: None,
    ) -> list[Batch]:
        repository = Repository(name, name, (Name(name),), fork_of=fork_of)
        project = Project("p", "P", "e", "us", "model", (repository,))
        request = Request(f"github:{name}", project, settings, NOW, state=state, fetched_at=at, progress=progress)
        return list(fetch(request))

    def rows(self, *told: Any, **how: Any) -> list[dict[str, Any]]:
        """The rows of such a fetch, newest commit first."""
        return [row for batch in self(*told, **how) for row in batch.table.to_pylist()]


@pytest.fixture
def fetching() -> Fetching:
    return Fetching()
