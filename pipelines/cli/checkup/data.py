"""What an installation holds: the lake and its checksums, the key, the published file, leftovers, dead runs."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from pipelines.cli.checkup import Finding, fail, ok, warn
from pipelines.cli.reports.published import description, first_line
from pipelines.cli.shell.options import to_type
from pipelines.cli.shell.terminal import plural, size
from pipelines.errors import LakeError
from pipelines.lake import Lake
from pipelines.lake.batches import FORMAT
from pipelines.orchestration.runs import run_states
from pipelines.progress import Reporter
from pipelines.settings import KEY_BYTES, Settings

MOST_NAMED = 5
NEWEST_STORAGE = "v1.5"  # the newest layout that clients of DuckDB 1.5 open


def findings(settings: Settings, reporter: Reporter) -> Iterator[Finding]:
    """All of them, of a home that is there."""
    if not settings.home.is_dir():
        return
    yield from _lake(settings, reporter)
    yield _key(settings)
    yield from _published(settings)
    yield from _dead_runs(settings)


def _lake(settings: Settings, reporter: Reporter) -> Iterator[Finding]:
    try:
        lake = Lake(settings.lake)
        live = lake.manifest.live()
    except LakeError as error:
        yield fail("lake", str(error), "Until then nothing is fetched or built.")
        return
    if not live:
        yield ok("lake", "empty: nothing has been fetched yet")
        return
    reporter("checksums", 0, 0, str(settings.lake))
    damaged = [f"{entry.path} of {entry.subject or 'several subjects'} is {wrong}" for entry, wrong in lake.damaged()]
    if damaged:
        shown = "; ".join(damaged[:MOST_NAMED])
        more = f"; and {len(damaged) - MOST_NAMED} more" if len(damaged) > MOST_NAMED else ""
        yield fail("lake", f"{plural(len(damaged), 'file')} damaged: {shown}{more}", "Restore them from your backup.")
        return
    text = f"format {FORMAT}, {plural(len(live), 'file')} whole, {size(sum(entry.bytes for entry in live))}"
    yield ok("lake", text)


def _key(settings: Settings) -> Finding:
    path = settings.home / "key"
    try:
        whole = path.stat().st_size == KEY_BYTES
        open_to_others = bool(path.stat().st_mode & 0o077)
    except FileNotFoundError:
        if (settings.lake / "manifest.jsonl").exists():
            return fail(
                "key", f"{path} is missing", "Put it back from your backup: without it everyone is a new person."
            )
        return ok("key", "not there yet: the first run makes it")
    if not whole:
        return fail("key", f"{path} is not {KEY_BYTES} bytes long", "Put it back from your backup.")
    if open_to_others:
        return warn("key", f"{path} can be read by others", f"chmod 600 {path}: with it e-mail hashes can be guessed.")
    return ok("key", f"{path}: keep a backup of it")


def _published(settings: Settings) -> Iterator[Finding]:
    path = settings.published
    if not path.exists():
        yield ok("publication", f"none yet: `{to_type('run', settings.home)}` makes it")
        return
    remedy = f"Make it anew: `{to_type('rebuild', settings.home)}`."
    try:
        as_of, simulated = description(path)
        storage = _storage(settings)
    except duckdb.Error as error:
        yield fail("publication", f"{path} cannot be read: {first_line(error)}", remedy)
        return
    yield ok("publication", f"{path}, as of {as_of}{', simulated' if simulated else ''}")
    if not storage.startswith(NEWEST_STORAGE):
        yield warn("publication", f"its storage is {storage}: clients of DuckDB 1.5 cannot open it", remedy)
    if path.stat().st_mode & 0o222:
        yield warn("publication", "it can be written to: a client may lock others out", f"chmod a-w {path}")


def _storage(settings: Settings) -> str:
    with duckdb.connect(str(settings.published), read_only=True) as connection:
        row = connection.execute(
            "SELECT coalesce(tags['storage_version'], '') FROM duckdb_databases() "
            "WHERE database_name = current_database()"
        ).fetchone()
    return str(row[0]) if row else ""


def _dead_runs(settings: Settings) -> Iterator[Finding]:
    states = run_states(settings)
    if not states:
        return
    dead = [run for run in states if run.dead]
    if dead:
        names = ", ".join(run.run_id[:8] for run in dead[:MOST_NAMED])
        yield warn(
            "runs",
            f"{plural(len(dead), 'run')} shown as running, but gone: {names}",
            f"`{to_type('run', settings.home)}` or `{to_type('dev', settings.home)}` marks them as failed.",
        )
        return
    yield ok("runs", "none is shown as running that is not")
