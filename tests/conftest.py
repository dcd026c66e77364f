"""Fixtures that all rooms share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent
# Nobody answers at port 9: what a test forgets to point at a server of its own fails, and never leaves this machine.
NOWHERE = "http://127.0.0.1:9"
os.environ.update(ECOTONE_GITHUB_URL=NOWHERE, HF_ENDPOINT=NOWHERE)
for secret in ("GITHUB_TOKEN", "GITHUB_TOKENS", "HF_TOKEN"):
    os.environ.pop(secret, None)
# Whether a change passes depends on the change alone; new examples are looked for wherever somebody works.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recorded real data beside the checkout; a clone that has none skips the test."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no recorded data at {folder}")
    return folder


@pytest.fixture(scope="session")
def github_schema() -> GraphQLSchema:
    """GitHub's own schema; a checkout that has none skips the test. `make contracts` fetches it."""
    places = (REPOSITORY / "contracts", REPOSITORY.parent / "shared" / "data" / "contracts")
    for place in places:
        if (place / "github.graphql").is_file():
            # their schema is taken as it is: some of its arguments are at odds with the interfaces'
            return build_schema((place / "github.graphql").read_text(encoding="utf-8"), assume_valid_sdl=True)
    pytest.skip(f"GitHub's schema is in none of {', '.join(map(str, places))}: `make contracts` fetches it")
