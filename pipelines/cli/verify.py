"""`ecotone verify`: a publication made again from the lake, compared row for row."""

from __future__ import annotations

from dataclasses import replace

from pipelines.cli.shell.terminal import complain, plural, progress, say
from pipelines.cli.worlds.origin import open_installation
from pipelines.orchestration import verification
from pipelines.publication import record

FAILED = 1
SAME_CODE = (
    "The batches, the catalogue, the SQL and the rules are those that made it: the published rows were changed "
    "afterwards, or this is a mistake in ecotone. Please report it."
)
OTHER_CODE = (
    "It was made by other SQL or rules than these: check out the version that made it (ecotone {version}) and verify "
    "there."
)
NAMED = 10  # differing tables that are spelt out


def verify(publication: str) -> int:
    """Make it again; 0 if every row is as recorded, 1 if not."""
    installation = open_installation()
    meant = record.find(installation.settings, publication)
    simulated = ", of a simulated world" if meant.simulated else ""
    say(f"Publication {meant.publication_id}, made at {meant.published_at} by ecotone {meant.ecotone}{simulated}")
    say(f"from {plural(len(meant.batches), 'batch')}, the newest of {meant.as_of or 'no time'}.")
    with progress() as reporter:
        verdict = verification.verify(replace(installation, reporter=reporter), meant)
    if not verdict.differing:
        say(f"Verified: all {plural(verdict.rows, 'row')} of {plural(verdict.tables, 'table')} come out again.")
        return 0
    names = ", ".join(verdict.differing[:NAMED]) + (", …" if len(verdict.differing) > NAMED else "")
    of_all = f"{len(verdict.differing)} of {plural(verdict.tables, 'table')}"
    complain(f"NOT verified: {of_all} have other rows than recorded: {names}")
    complain(SAME_CODE if verdict.same_code else OTHER_CODE.format(version=meant.ecotone))
    return FAILED
