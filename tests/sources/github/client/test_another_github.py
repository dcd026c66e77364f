"""Our queries on a GitHub of another make: graphql-js over GitHub's whole schema, with faults by name.

It needs node, npm (which brings graphql-js into a temporary folder) and `make contracts`; without them it is skipped.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from github_house import STREAMS, House, no_waiting
from graphql import FieldNode, GraphQLSchema, TypeInfo, TypeInfoVisitor, Visitor, is_non_null_type, visit

from pipelines.sources.github.client.client import load_document

ROOT = Path(__file__).resolve().parents[4]
SUPPORT = ROOT / "tests" / "support"
SCHEMAS = (ROOT / "contracts/github.graphql", ROOT.parent / "shared/data/contracts/github.graphql")
PACKAGE = "graphql@16"
LISTED = ("issues", "pull_requests", "forks", "stargazers", "releases", "discussions", "community")
NEEDED = frozenset({"repository", "pageInfo", "nodes", "edges", "rateLimit"})  # of an answer, not of a row
pytestmark = pytest.mark.slow


@dataclass
class Another:
    """The server, as a house knows one."""

    endpoint: str

    def fault(self, **fault: Any) -> None:
        """What goes wrong from now on; nothing without one."""
        body = json.dumps(fault).encode()
        with urlopen(Request(f"{self.endpoint}/fault", data=body)) as answer:  # noqa: S310 - of this machine
            answer.read()


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Another]:
    schema = next((path for path in SCHEMAS if path.is_file()), None)
    node, npm = shutil.which("node"), shutil.which("npm")
    if schema is None or node is None or npm is None:
        pytest.skip("it takes node, npm and GitHub's schema (make contracts)")
    folder = tmp_path_factory.mktemp("graphql-js")
    shutil.copy(SUPPORT / "another_github.mjs", folder / "server.mjs")
    install = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), PACKAGE]
    if subprocess.run(install, check=False, capture_output=True).returncode:
        pytest.skip("npm could not bring graphql-js")
    command = [node, str(folder / "server.mjs"), str(schema)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Another(f"http://127.0.0.1:{int(process.stdout.readline())}")
        process.communicate()


@pytest.fixture
def house(another: Another, tmp_path: Path) -> Iterator[House]:
    another.fault()
    with no_waiting():
        yield House(tmp_path, another)  # type: ignore[arg-type]  # of a server it knows the address
    another.fault()


def test_all_our_queries_execute_and_bring_rows(house: House) -> None:
    outcomes = house.run()
    assert {name: [each.status for each in some] for name, some in outcomes.items()} == {
        name: ["ok"] for name in STREAMS
    }
    there = {name: len(house.rows(name)) for name in LISTED}
    assert there.pop("discussions") >= 7  # replies come in further rows
    assert there == dict.fromkeys(there, 7) | {"community": 1}


def nullable(stream: str, schema: GraphQLSchema) -> list[str]:
    """Fields of the stream's query that GitHub may leave out of a row."""
    found: dict[str, None] = {}
    info = TypeInfo(schema)

    class Fields(Visitor):
        def enter_field(self, node: FieldNode, *_rest: object) -> None:
            if info.get_type() is not None and not is_non_null_type(info.get_type()):
                found[node.name.value] = None

    visit(load_document(stream), TypeInfoVisitor(info, Fields()))
    return [name for name in found if name not in NEEDED]


@pytest.mark.parametrize("kind", ["FORBIDDEN", "NOT_FOUND"])
@pytest.mark.parametrize("stream", LISTED)
def test_whatever_field_is_refused_for_good_the_stream_is_complete(
    another: Another, house: House, github_schema: GraphQLSchema, stream: str, kind: str
) -> None:
    fields = nullable(stream, github_schema)
    assert fields
    for name in fields:
        another.fault(field=name, type=kind)
        one = House(house.folder / name, house.server)
        (outcome,) = one.run(stream)[stream]
        assert outcome.status == "ok", (name, outcome.reason)
        assert len(one.rows(stream)) >= (1 if stream == "community" else 6), name


@pytest.mark.parametrize("field", ["number", "createdAt", "id"])
def test_what_may_not_be_null_takes_its_row_along_and_no_more(another: Another, house: House, field: str) -> None:
    another.fault(field=field, type="FORBIDDEN", inNodes=True)
    (outcome,) = house.run("issues")["issues"]
    assert outcome.status == "ok", outcome.reason
    assert len({row["issue_id"] for row in house.rows("issues")}) == 6  # what a walk met twice stands twice


@pytest.mark.parametrize("kind", ["SERVICE_UNAVAILABLE", "RESOURCE_LIMITS_EXCEEDED", None])
def test_what_overload_takes_is_told_as_missing(another: Another, house: House, kind: str | None) -> None:
    another.fault(field="author", type=kind, message="Something went wrong while executing your query.")
    (outcome,) = house.run("issues")["issues"]
    assert outcome.status == "incomplete"


def test_roots_that_are_null_beside_an_error_without_a_path_are_living_repositories(
    another: Another, house: House
) -> None:
    house.names = [f"lowmere/mill-{number}" for number in range(50)]
    another.fault(pathless=6)
    outcomes = house.run("repositories")["repositories"]
    assert {outcome.status for outcome in outcomes} == {"ok"}


def test_a_repository_that_is_not_found_is_unconfirmed(another: Another, house: House) -> None:
    another.fault(field="repository", type="NOT_FOUND", message="Could not resolve to a Repository")
    (outcome,) = house.run("repositories")["repositories"]
    assert outcome.status == "failed"
    assert "Unconfirmed" in (outcome.reason or "")
