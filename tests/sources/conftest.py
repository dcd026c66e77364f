"""Makes the helpers beside the tests importable; what is recorded of the Hub."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.sources.github.client.client import GitHub


@pytest.fixture(autouse=True)
def _fresh_clients() -> Iterator[None]:
    """A client lives as long as its process: here each test has its own."""
    yield
    GitHub.close_all()


@pytest.fixture(scope="session")
def recorded_june(shared_data: Path) -> list[dict[str, Any]]:
    """The Hub's models of 2026-06-05, as recorded."""
    with gzip.open(shared_data / "huggingface" / "2026-06-05.models.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]
