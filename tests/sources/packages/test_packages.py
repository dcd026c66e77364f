"""packages day after day: what is asked, what is stored of a day, and what is told of it by way of the warehouse."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stamina

from pipelines.catalogue import Catalogue
from pipelines.errors import CatalogueError
from pipelines.ingestion.fetching import Ingestion
from pipelines.ingestion.outcomes import Outcome
from pipelines.lake import Lake
from pipelines.sandbox.faults import Fault
from pipelines.sandbox.packages.server import PackagesServer
from pipelines.settings import Settings
from pipelines.sources import discover
from pipelines.sources.packages.packages import SOURCE
from pipelines.warehouse import Warehouse

FIRST = datetime(2026, 8, 3, 12, tzinfo=UTC)
TEXT = """
[[ecosystem]]
id = "cinder"
label = "Cinder"
[[project]]
label = "Kiln"
ecosystem = "cinder"
region = "eu"
layer = "framework"
[[project.repositories]]
name = "cinderfell/kiln"
packages = ["!pkg:npm/kiln-unofficial", "pkg:cargo/kiln-core"]
[[project.repositories]]
name = "cinderfell/bellows"
"""
CATALOGUE = Catalogue.parse(TEXT)
Told = tuple[str, int, int | None, bool]
"""Package, days since the first, downloads, whether it is gone."""


def package(purl: str, downloads: object = 100, repository: str = "cinderfell/kiln", **fields: Any) -> dict[str, Any]:
    kind, _, name = purl.removeprefix("pkg:").partition("/")
    return {
        "ecosystem": kind,
        "name": name,
        "purl": purl,
        "registry": {"name": f"registry of {kind}", "purl_type": kind},
        "repository_url": f"https://github.com/{repository}",
        "downloads": downloads,
        "downloads_period": "last-month",
        "dependent_packages_count": 7,
        **fields,
    }


KILN = [package("pkg:pypi/Kiln", 100), package("pkg:npm/kiln-unofficial", 5)]
CORE = package("pkg:cargo/kiln-core", 30, "elsewhere/core", downloads_period="total")
BELLOWS = [package("pkg:pypi/bellows", 50, "cinderfell/bellows")]


@dataclass
class House:
    """A packages service that changes from day to day, and an installation that reads it."""

    home: Path
    server: PackagesServer
    file: str | None = None

    def settings(self, now: datetime) -> Settings:
        return Settings(
            home=self.home,
            catalogue=self.home,
            packages_url=self.server.endpoint,
            packages_file=self.file,
            fixed_now=now,
        )

    def run(self, day: float, *some: Sequence[Mapping[str, Any]], catalogue: Catalogue = CATALOGUE) -> list[Outcome]:
        """One fetch, with these packages of Kiln, Bellows, and of others."""
        names = ("cinderfell/kiln", "cinderfell/bellows", "elsewhere/core")
        self.server.looked = dict(zip(names, some, strict=False))
        settings = self.settings(FIRST + timedelta(days=day))
        with Lake(settings.lake) as lake:
            (project,) = Ingestion(SOURCE, catalogue, settings, lake).run(catalogue.projects)
        return list(project.outcomes)

    def rows(self, query: str, name: str = "warehouse.duckdb", until: datetime | None = None) -> list[tuple[Any, ...]]:
        warehouse = Warehouse(self.settings(FIRST), CATALOGUE, discover(), path=self.home / name, until=until)
        with warehouse.open() as connection:
            needed = {"staging.package", "staging.package_snapshot", "staging.package_advisory"}
            needed |= {"catalogue.membership"} if "membership" in query else set()
            for table in reversed(warehouse.entities):
                needed |= warehouse.entities[table].reads if table in needed else set()
            for table in (each for each in warehouse.entities if each in needed):
                warehouse.build(table)
            return connection.execute(query).fetchall()

    def told(self, **options: Any) -> list[Told]:
        return self.rows(
            "SELECT package_id, day - DATE '2026-08-03', downloads, gone FROM staging.package_snapshot ORDER BY ALL",
            **options,
        )

    def written(self) -> list[int]:
        """Rows of each batch with any, as first written."""
        with Lake(self.settings(FIRST).lake) as lake:
            return [entry.rows for entry, _path in lake.manifest.originals() if entry.rows]


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with PackagesServer({}) as server:
        yield House(tmp_path / "home", server)


def test_each_repository_and_each_added_package_is_asked_for_once_a_day(house: House) -> None:
    outcomes = house.run(0, KILN, BELLOWS, [CORE])
    again = house.run(0.1, KILN, BELLOWS, [CORE])
    assert [one.status for one in outcomes] == ["ok"] * 3
    assert [one.status for one in again] == ["unchanged"] * 3
    asked = sorted(request.partition("?")[2] for request in house.server.requests)
    assert asked == [
        "purl=pkg:cargo/kiln-core",
        "repository_url=https://github.com/cinderfell/bellows",
        "repository_url=https://github.com/cinderfell/kiln",
    ]


def test_what_the_catalogue_leaves_out_is_not_there_and_what_it_adds_is(house: House) -> None:
    house.run(0, KILN, BELLOWS, [CORE])
    found = house.rows("SELECT package_id, subject_id, downloads_period FROM staging.package ORDER BY ALL")
    assert found == [
        ("pkg:cargo/kiln-core", "pkg:cargo/kiln-core", "total"),
        ("pkg:pypi/bellows", "github:cinderfell/bellows", "last-month"),
        ("pkg:pypi/kiln", "github:cinderfell/kiln", "last-month"),
    ]
    members = house.rows(
        "SELECT entity_id FROM catalogue.membership WHERE subject_id = 'pkg:cargo/kiln-core' ORDER BY 1"
    )
    assert [row[0] for row in members] == [
        "ecosystem:cinder", "layer:framework", "project:kiln", "region:eu", "repository:cinderfell/kiln",
    ]  # fmt: skip


def test_a_day_on_which_nothing_changed_stores_places_and_shows_every_package(house: House) -> None:
    for day in range(3):
        house.run(day, KILN, BELLOWS, [CORE])
    assert house.written() == [1] * 9
    expected = [
        (name, day, count, False)
        for name, count in (("pkg:cargo/kiln-core", 30), ("pkg:pypi/bellows", 50), ("pkg:pypi/kiln", 100))
        for day in range(3)
    ]
    assert house.told() == expected == house.told(name="again.duckdb")


def test_counts_that_change_are_told_with_the_profile_that_holds(house: House) -> None:
    house.run(0, KILN)
    house.run(1, [package("pkg:pypi/Kiln", 110)])
    house.run(2, [package("pkg:pypi/Kiln", 110)])
    house.run(3, [package("pkg:pypi/Kiln", 90, status="deprecated")])
    assert [row[2] for row in house.told()] == [100, 110, 110, 90]
    assert house.rows("SELECT status FROM staging.package") == [("deprecated",)]
    assert [row[2] for row in house.told(name="then.duckdb", until=FIRST + timedelta(days=2))] == [100, 110, 110]


def test_a_package_is_gone_by_a_whole_look_up_only_and_may_come_back(house: House) -> None:
    two = [*KILN, package("pkg:npm/kiln-cli", 9)]
    house.run(0, two)
    house.server.faults.append(Fault("null-id", match="cinderfell/kiln", times=1))
    assert house.run(1, two[::-1])[0].status == "incomplete"
    house.run(2, KILN)
    house.run(3, two)
    cli = [row for row in house.told() if row[0] == "pkg:npm/kiln-cli"]
    assert cli == [
        ("pkg:npm/kiln-cli", 0, 9, False),
        ("pkg:npm/kiln-cli", 2, None, True),
        ("pkg:npm/kiln-cli", 3, 9, False),
    ]


def test_a_look_up_that_shows_a_first_page_only_is_incomplete_and_nothing_is_gone(house: House) -> None:
    house.run(0, [*KILN, package("pkg:npm/kiln-cli", 9)])
    house.server.faults.append(Fault("endless", match="cinderfell/kiln", times=1))
    outcome = house.run(1, KILN)[0]
    assert outcome.status == "incomplete"
    assert "only the first 2 packages were shown" in (outcome.reason or "")
    assert not [row for row in house.told() if row[3]]


def test_strange_values_are_read_as_not_told(house: House) -> None:
    house.server.faults.append(Fault("hostile", match="bellows", times=1))
    outcome = house.run(0, [], BELLOWS)[1]
    assert outcome.status == "incomplete"
    assert house.told() == [("pkg:pypi/bellows", 0, None, False)]
    assert house.rows("SELECT advisory_id, severity, cvss FROM staging.package_advisory") == [("GHSA-x", None, None)]


def test_advisories_have_a_severity_in_one_language_and_know_their_withdrawal(house: House) -> None:
    advisories = [
        {"identifiers": ["CVE-1", "GHSA-2"], "severity": "MODERATE", "cvss_score": 5.5},
        {"identifiers": ["CVE-3"], "severity": "critical", "cvss_score": 0.0, "withdrawn_at": "2026-02-02T00:00:00Z"},
        {"identifiers": [], "uuid": "own-4", "severity": None},
        {"severity": "high"},
    ]  # fmt: skip
    house.run(0, [package("pkg:pypi/kiln", 1, advisories=advisories)])
    found = house.rows("SELECT advisory_id, severity, cvss, withdrawn_at IS NOT NULL FROM staging.package_advisory")
    assert found == [("CVE-3", "critical", None, True), ("GHSA-2", "medium", 5.5, False), ("own-4", None, None, False)]


@pytest.mark.parametrize(
    ("purl", "fields", "expected"),
    [
        ("pkg:npm/%40scope/name@1.2.3?arch=x#sub", {}, "pkg:npm/%40scope/name"),
        ("pkg:npm/@scope/name", {}, "pkg:npm/@scope/name"),
        ("pkg:golang/github.com/a/b/v2", {}, "pkg:golang/github.com/a/b/v2"),
        (None, {"name": "kiln"}, "pkg:pypi/kiln"),
    ],
)
def test_a_package_is_known_by_its_url_without_a_version(
    house: House, purl: str | None, fields: dict[str, Any], expected: str
) -> None:
    house.run(0, [{**package("pkg:pypi/x"), "purl": purl, **fields}])
    assert house.rows("SELECT package_id FROM staging.package") == [(expected,)]


def test_one_service_that_fails_leaves_the_others_and_is_repaired_by_the_next_run(house: House) -> None:
    house.server.faults.append(Fault("502", match="kiln", times=None))
    assert [one.status for one in house.run(0, KILN, BELLOWS)] == ["failed", "ok", "failed"]
    house.server.faults.clear()
    assert [one.status for one in house.run(0.2, KILN, BELLOWS)] == ["ok", "unchanged", "ok"]


def test_without_the_service_the_stream_says_what_it_would_add(house: House) -> None:
    settings = replace(house.settings(FIRST), packages_url="off")
    with Lake(settings.lake) as lake:
        (project,) = Ingestion(SOURCE, CATALOGUE, settings, lake).run(CATALOGUE.projects)
    assert {one.status for one in project.outcomes} == {"skipped"}
    assert "downloads, dependents and advisories" in (project.outcomes[0].reason or "")


def recorded(folder: Path, day: str, packages: Sequence[Mapping[str, Any]], *, asked: Sequence[str] = ()) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = "\n".join(map(json.dumps, packages)).encode() + b"\n{not json\n\xff\xfe\n"
    (folder / f"{day}.packages.jsonl.gz").write_bytes(gzip.compress(lines))
    if asked:
        (folder / f"{day}.repositories.txt").write_text("\n".join(asked))


def test_recorded_days_are_brought_once_each_and_the_service_is_not_asked(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "recorded"
    house.file = str(folder)
    recorded(folder, "2026-08-01", KILN)
    recorded(folder, "2026-08-02", [package("pkg:pypi/Kiln", 120)], asked=["cinderfell/kiln", "Cinderfell/Bellows"])
    recorded(folder, "2026-08-09", [package("pkg:pypi/Kiln", 999)])
    outcomes = house.run(0)
    assert [one.status for one in outcomes] == ["ok", "ok", "skipped"]
    assert "lines of the recording that are no package: 2" in (outcomes[0].reason or "")
    assert house.told() == [("pkg:pypi/kiln", -2, 100, False), ("pkg:pypi/kiln", -1, 120, False)]
    assert [one.status for one in house.run(1)][:2] == ["unchanged", "unchanged"]
    house.run(6)
    assert house.told()[-1] == ("pkg:pypi/kiln", 6, 999, False)
    assert not house.server.requests


def test_a_recording_without_a_day_in_its_name_says_how_to_name_it(house: House, tmp_path: Path) -> None:
    (tmp_path / "x.packages.jsonl").write_text("")
    house.file = str(tmp_path)
    assert "YYYY-MM-DD.packages.jsonl" in (house.run(0)[0].reason or "")


@pytest.mark.parametrize("wrong", ['["kiln"]', '["pkg:pypi/kiln@1.0"]', '["pkg:pypi/kiln", "!pkg:pypi/Kiln"]', "[1]"])
def test_what_is_no_package_url_in_the_catalogue_is_an_error_with_its_line(wrong: str) -> None:
    text = TEXT.replace('["!pkg:npm/kiln-unofficial", "pkg:cargo/kiln-core"]', wrong)
    with pytest.raises(CatalogueError, match=r"ecosystems.toml:12: .*(not a package URL|twice)"):
        Catalogue.parse(text)
