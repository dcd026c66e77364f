"""Makes the helpers beside the tests importable."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # github_house

from pipelines.clients.github import GitHub


@pytest.fixture(autouse=True)
def _fresh_clients() -> Iterator[None]:
    """A client lives as long as its process: here each test has its own."""
    yield
    GitHub.close_all()
