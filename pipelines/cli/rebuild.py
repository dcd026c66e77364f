"""`ecotone rebuild`: everything again from the lake alone, compared with what was published; or as of a day."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import duckdb

from pipelines.cli.reports import run as report
from pipelines.cli.reports.published import as_of_path, open_published
from pipelines.cli.run import totals
from pipelines.cli.shell.options import to_type
from pipelines.cli.shell.terminal import complain, plural, progress, say
from pipelines.cli.worlds.origin import open_installation
from pipelines.errors import ConfigurationError, WarehouseError
from pipelines.ingestion.catalogue_record import recorded
from pipelines.lake import Lake
from pipelines.orchestration import launch
from pipelines.orchestration.installation import Installation
from pipelines.orchestration.locks import WAREHOUSE, exclusive, this_process
from pipelines.publication.fingerprints import Fingerprint, differing, fingerprints
from pipelines.publication.publishing import publish
from pipelines.warehouse import Warehouse

FAILED = 1


def rebuild() -> int:
    """Throw the working file away, build and publish.

    Returns:
        0: equal to the former publication, or its input had changed; 1: not published, or not equal.
    """
    installation = _with_a_lake()
    before = report.Before.of(installation)
    with progress(totals()) as reporter:
        former = _published(installation)
        with _no_other_builds(installation):
            installation.warehouse().discard()
        summary = launch.run(replace(installation, reporter=reporter, notify=complain), sources=[], anyway=True)
    if not summary.published:
        report.tell_published(installation, before, summary)
        return FAILED
    now = _rebuilt(installation)
    rows = sum(count for count, _hash in now.values())
    say(f"Rebuilt {plural(len(now), 'table')} with {plural(rows, 'row')} from the lake in {summary.seconds:.1f} s.")
    equal = tell_difference(former, now, same_input=installation.warehouse().publication_id == before.publication)
    report.tell_published(installation, before, summary)
    return 0 if equal else FAILED


def _no_other_builds(installation: Installation) -> AbstractContextManager[bool]:
    """The lock `warehouse`, as runs that build take it: nobody else builds meanwhile."""
    return exclusive(installation.settings, WAREHOUSE, holder=this_process(), waiting=complain)


def _with_a_lake() -> Installation:
    installation = open_installation()
    if not (installation.settings.lake / "manifest.jsonl").exists():
        raise ConfigurationError(
            f"there is no lake in {installation.settings.home} to build from: "
            f"`{to_type('run', installation.settings.home)}` fetches one; or name another installation with --home.",
        )
    return installation


def _published(installation: Installation) -> dict[str, Fingerprint]:
    """What was published; nothing if there is no such file or it cannot be read: then it is made anew."""
    try:
        with open_published(installation.settings) as connection:
            return fingerprints(connection)
    except (WarehouseError, duckdb.Error):
        return {}


def _rebuilt(installation: Installation) -> dict[str, Fingerprint]:
    """What the rebuilt working file publishes: a publication of the same input is not replaced, so make another one."""
    with tempfile.TemporaryDirectory(dir=installation.settings.home, prefix=".rebuilt-") as folder:
        path = Path(folder) / "ecotone.duckdb"
        with _no_other_builds(installation):
            publish(installation.warehouse(), path)
        with duckdb.connect(str(path), read_only=True) as connection:
            return fingerprints(connection)


def tell_difference(former: Mapping[str, Fingerprint], now: Mapping[str, Fingerprint], *, same_input: bool) -> bool:
    """Say whether the rows are the former ones; False if they are not though they should be."""
    if not former:
        say("Nothing that can be read was published before: there is nothing to compare with.")
        return True
    if former == now:
        say("Equal to the former publication, row for row.")
        return True
    others = ", ".join(differing(former, now))
    if not same_input:
        say(f"Batches, catalogue or code have changed since the former publication: {others} differ.")
        return True
    complain(
        f"NOT equal to the former publication, though made from the same input: {others} differ. "
        "What was published stays. Please report this: it is a mistake in ecotone.",
    )
    return False


def rebuild_as_of(day: date) -> int:
    """Build what was known at the end of that day (UTC) into `as-of/ecotone-DAY.duckdb`."""
    installation = _with_a_lake()
    settings = installation.settings
    target = as_of_path(settings, day)
    end = datetime.combine(day, time.max, UTC)
    catalogue = recorded(Lake(settings.lake), end)
    warehouse = Warehouse(
        settings,
        catalogue or installation.catalogue,
        installation.sources,
        path=target.with_name(f".building-{day}.duckdb"),
        until=end,
    )
    if not warehouse.batches:
        first = min(entry.fetched_at for entry, _path in installation.warehouse().batches)
        raise ConfigurationError(
            f"nothing had been fetched by the end of {day}: the first batch is of {first:%Y-%m-%d}."
        )
    try:
        with progress() as reporter:
            for done, table in enumerate(warehouse.tables):
                reporter("building", done, len(warehouse.tables), table)
                warehouse.build(table)
        publish(warehouse, target)
    finally:
        warehouse.discard(with_lock=True)
    say(f"Built from the {plural(len(warehouse.batches), 'batch')} fetched by the end of {day} (UTC): {target}")
    if catalogue is None:
        say("The catalogue is today's: the lake has none of that day.")
    question = f'--as-of {day} "SELECT * FROM ops.publication"'
    say(f"Ask:   {to_type('sql', settings.home, question)}")
    return 0
