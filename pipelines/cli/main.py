"""The `ecotone` command: how each of its commands is called. What they do is in `pipelines.cli`, a module each.

Settings come from the environment; `--home` names the installation. A module of a command is imported when the command
is called: `ecotone sql` need not wait for Dagster.
"""
# ruff: noqa: PLC0415 - imported when called: see above; some settings are read by libraries when they are imported

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter, validators

from pipelines.cli.shell.guard import guarded
from pipelines.cli.shell.help import ABOUT, SETTINGS
from pipelines.cli.shell.options import EVERY, Options

app = App(
    name="ecotone",
    help=ABOUT,
    help_epilogue=SETTINGS,
    help_format="plaintext",
    version=lambda: version("ecotone"),
    result_action="return_value",
    exit_on_error=False,
    print_error=False,
    suppress_keyboard_interrupt=False,
)
Many = Annotated[tuple[str, ...], Parameter(negative="", show_default=False)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out the command line; returns the exit code."""
    return guarded(app, list(sys.argv[1:] if arguments is None else arguments))


@app.command(help_epilogue="", sort_key=1)
def demo(
    *,
    small: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    options: Options = EVERY,
) -> int:
    """Show everything on a small simulated world, in under a minute.

    Writes git repositories, counters and a Hugging Face Hub of communities that
    do not exist, runs the same pipeline over them, and ends by naming the page to
    open and a query to try. All that comes out is marked as simulated. Needs no
    network and no account. Run again, it starts anew. It goes into the folder
    demo/, whatever ECOTONE_HOME says. Exit codes are those of `ecotone run`.

    For example
      ecotone demo
      ecotone demo --small            fewer and smaller communities
      ecotone demo --home /tmp/demo   somewhere else
      ecotone dev --home demo         then look at its runs in the Dagster UI

    Args:
        small: A world of a few communities only.
        options: Of every command.
    """
    options.apply(own_home="demo")
    from pipelines.cli import demo as command

    return command.demo(small=small)


@app.command(help_epilogue="", sort_key=2)
def run(
    *,
    project: Many = (),
    source: Many = (),
    publish: Annotated[bool, Parameter(negative="--no-publish", show_default=False)] = True,
    budget: Annotated[int | None, Parameter(show_default=False, validator=validators.Number(gte=1))] = None,
    options: Options = EVERY,
) -> int:
    """Fetch what is new, build the numbers, publish the DuckDB file, draw the site.

    Only what is new since the last run is fetched. What fails is named, and the
    rest is published. What needs a setting that is not set is skipped, with what
    it would add. Killed at any point, the next run goes on from there. Every run
    is a Dagster run: `ecotone dev` shows it.

    Exit code: 0 all well or skipped; 3 something failed, the rest is published;
    1 not published; 2 wrong settings or arguments.

    For example
      ecotone run
      ecotone run --project qwen --project llama      only these
      ecotone run --source git_commits --no-publish   only fetch, and only this
      ecotone run --budget 2000   stop before GitHub's points are used up

    Args:
        project: Only this project of the catalogue; may be given several times.
        source: Only this source; may be given several times.
        publish: Build, publish and draw at the end.
        budget: Points of GitHub's API to spend at most, without ever waiting for more; the next run goes on.
        options: Of every command.
    """
    options.apply(budget=budget)
    from pipelines.cli import run as command

    return command.run(project, source, publish=publish, verbose=options.verbose)


@app.command(help_epilogue="", sort_key=9)
def rebuild(*, as_of: Annotated[date | None, Parameter(show_default=False)] = None, options: Options = EVERY) -> int:
    """Build everything again from the lake alone, and compare it with what was published.

    The working file is thrown away; nothing is fetched. With --as-of, what was
    known at the end of that day (UTC) is built into a file of its own,
    as-of/ecotone-DATE.duckdb, and what is published stays as it is.

    Exit code: 0 equal, or changed for a reason that is told; 1 not published, or
    other rows from the same input.

    For example
      ecotone rebuild
      ecotone rebuild --as-of 2026-06-30

    Args:
        as_of: Build what was known at the end of this day (YYYY-MM-DD, UTC).
        options: Of every command.
    """
    options.apply()
    from pipelines.cli import rebuild as command

    return command.rebuild() if as_of is None else command.rebuild_as_of(as_of)


@app.command(help_epilogue="", sort_key=12)
def verify(publication: str, /, *, options: Options = EVERY) -> int:
    """Make a publication again from the lake and compare every row.

    The publication is named by its id (or its first characters), by the
    publication.json of an export, or by a published DuckDB file. It is made again
    from exactly the batches and the catalogue that it names; rows are compared,
    not files. What is published stays as it is.

    Exit code: 0 every row matches; 1 some do not, or the lake lacks what it was
    made from; 2 no such publication.

    For example
      ecotone verify 5f2c90
      ecotone verify data/export/publication.json
      ecotone verify ~/Downloads/ecotone.duckdb

    Args:
        publication: Its id, its publication.json, or a published DuckDB file.
        options: Of every command.
    """
    options.apply()
    from pipelines.cli import verify as command

    return command.verify(publication)


@app.command(help_epilogue="", sort_key=13)
def diff(
    old: str,
    new: str,
    /,
    *,
    limit: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 20,
    format: Annotated[Literal["table", "json"], Parameter()] = "table",  # noqa: A002 - the option's name
    options: Options = EVERY,
) -> int:
    """Compare two publications: tables, columns, rows, and the values that changed most.

    Each is an installation's folder, a published DuckDB file, or the id (or its
    first characters) of what is published here. Rows of a metric are told apart by
    entity, period and series; of other tables, by all that they hold. Two
    installations have ids of their own (e-mail hashes under another key, ids of
    batches): what differs in nothing else is said so, and counts as equal. Reads
    only.

    Exit code: 0 equal; 1 different; 2 one of the two is not there, or cannot be
    read.

    For example
      ecotone diff demo /tmp/demo-of-my-change
      ecotone diff data/as-of/ecotone-2026-06-30.duckdb data
      ecotone diff 5f2c90 ~/Downloads/ecotone.duckdb --format json

    Args:
        old: What it was.
        new: What it is.
        limit: How many of the values that changed most to show.
        format: A table to read, or JSON with everything.
        options: Of every command.
    """
    options.apply()
    from pipelines.cli import diff as command

    return command.diff(old, new, limit=limit, style=format)


@app.command(help_epilogue="", sort_key=8)
def site(*, options: Options = EVERY) -> int:
    """Draw the dashboards again from the published file.

    A run does it by itself. This is for after a page was changed or deleted.

    For example
      ecotone site
      ecotone site --home demo

    Args:
        options: Of every command.
    """
    options.apply()
    from pipelines.cli import site as pages

    return pages.site()


@app.command(help_epilogue="", sort_key=3)
def serve(*, port: int = 8000, options: Options = EVERY) -> int:
    """Serve the dashboards to a browser on this machine, until Ctrl-C.

    The site is plain files that open without a server, too. Nobody else can reach
    this one: it listens on 127.0.0.1.

    For example
      ecotone serve
      ecotone serve --port 8080 --home demo

    Args:
        port: The port to listen on; 0 takes a free one.
        options: Of every command.
    """
    options.apply()
    from pipelines.cli import site as pages

    return pages.serve(port)


@app.command(help_epilogue="", sort_key=4)
def sql(
    query: Annotated[str | None, Parameter(show_default=False)] = None,
    /,
    *,
    format: Annotated[Literal["table", "csv", "json"] | None, Parameter(show_default=False)] = None,  # noqa: A002 - the option's name
    as_of: Annotated[date | None, Parameter(show_default=False)] = None,
    options: Options = EVERY,
) -> int:
    """Ask the published DuckDB file, read-only.

    The query is the argument, or else what comes on stdin; without either, it
    asks you for one after the other. A run that publishes meanwhile disturbs
    nobody. Only COPY … TO writes, and where you say.

    For example
      ecotone sql "SELECT * FROM ops.publication"
      ecotone sql "SELECT metric, question, unit FROM metrics.definition"
      ecotone sql "FROM metrics.value WHERE metric = 'downloads'" > downloads.csv
      ecotone sql --format json < question.sql
      ecotone sql

    Args:
        query: What to ask, in DuckDB's SQL.
        format: How to show it; a table on a terminal and CSV elsewhere if you do not say.
        as_of: Ask what was known on this day, built by `ecotone rebuild --as-of`.
        options: Of every command.
    """
    options.apply()
    from pipelines.cli import sql as command

    return command.sql(query, format, as_of)


@app.command(help_epilogue="", sort_key=5)
def status(*, options: Options = EVERY) -> int:
    """Tell what is there: publication, freshness of each source, failures, runs, sizes.

    Reads only.

    For example
      ecotone status
      ecotone status --home recorded --verbose   name everything that fails

    Args:
        options: Of every command.
    """
    options.apply()
    from pipelines.cli import status as command

    return command.status(verbose=options.verbose)


@app.command(help_epilogue="", sort_key=6)
def doctor(
    *,
    online: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    options: Options = EVERY,
) -> int:
    """Check that all an installation needs is there and whole, with a remedy for what is not.

    Python, git, settings, catalogue, disk, the lake's checksums, the key of the
    e-mail hashes, the published file, dead runs. Changes nothing.

    Exit code: 0 nothing fails (there may be warnings); 1 something does.

    For example
      ecotone doctor
      ecotone doctor --online

    Args:
        online: Ask one repository and the Hub for something small as well.
        options: Of every command.
    """
    options.apply()
    from pipelines.cli import doctor as command

    return command.doctor(online=online)


@app.command(help_epilogue="", sort_key=7)
def dev(*, port: int = 3000, options: Options = EVERY) -> int:
    """Open the Dagster UI of an installation: what ran, what is stale, what failed.

    It shows the runs of `ecotone run` and starts the same ones. It listens on
    127.0.0.1 and ends with Ctrl-C.

    For example
      ecotone dev
      ecotone dev --home demo --port 3001

    Args:
        port: The port of the UI.
        options: Of every command.
    """
    options.apply()
    from pipelines.cli import dev as command

    return command.dev(port, verbose=options.verbose)


@app.command(help_epilogue="", sort_key=10)
def replay(
    folder: Path,
    /,
    *,
    check: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    options: Options = EVERY,
) -> int:
    """Run over recorded real data as of its own days, without a network.

    The folder holds some of: git bundles (git/OWNER+NAME.bundle), listings of
    GitHub (github/OWNER+NAME/issues.jsonl.gz, forks.jsonl.gz and others), rankings
    (github/ranking-daily.csv.gz), Hub listings (huggingface/DATE.models.jsonl.gz),
    tokens and packages; docs/recorded.md defines the layout. The Hub's days
    are played in order, each with the clock at its end; the last one fetches the
    rest as well and publishes. What is not recorded stays unknown. Interrupted, it
    goes on where it was. It goes into the folder recorded/, whatever ECOTONE_HOME
    says. Exit codes are those of `ecotone run`; with --check, 1 if something
    cannot be read.

    For example
      ecotone replay ../shared/data
      ecotone replay recordings/ --check      only tell what is wrong with the files
      ecotone replay recordings/ --home /srv/recorded

    Args:
        folder: Where the recordings lie.
        check: Read all files and tell what is wrong with them; play and write nothing.
        options: Of every command.
    """
    options.apply(own_home="recorded")
    from pipelines.cli import replay as command

    return command.check(folder, verbose=options.verbose) if check else command.replay(folder, verbose=options.verbose)


@app.command(help_epilogue="", sort_key=11)
def compact(*, options: Options = EVERY) -> int:
    """Join the many small files of the lake into fewer large ones.

    What they hold stays as it was. For an installation that has run daily for
    months. No run may be writing meanwhile.

    For example
      ecotone compact

    Args:
        options: Of every command.
    """
    options.apply()
    from pipelines.cli import compact as command

    return command.compact()
