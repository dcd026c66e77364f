"""`ecotone dev`: Dagster's UI and daemon over an installation, and their end with ours."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from pipelines.cli.shell.gate import LOOPBACK, Gate, unguessable_path
from pipelines.cli.shell.terminal import plural, say
from pipelines.cli.worlds.origin import open_installation, surroundings
from pipelines.errors import ConfigurationError
from pipelines.orchestration.runs import dagster_home, mark_dead_runs_failed, open_instance

GRACE_SECONDS = 20  # for webserver, daemon, code servers and runs to end by themselves, each time they are asked
POLL_SECONDS = 0.1
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def dev(port: int, *, verbose: bool) -> int:
    """Run `dagster dev` until Ctrl-C or SIGTERM; returns its exit code, 0 if it was stopped.

    Raises:
        ConfigurationError: the port is taken, or a setting or the catalogue is wrong.
    """
    installation = open_installation()
    _check_port(port)
    with open_instance(installation.settings) as instance:
        marked = mark_dead_runs_failed(instance, installation.settings)
    if marked:
        say(f"Marked {plural(len(marked), 'run')} of a process that was killed as failed.")
    workspace = _workspace()
    behind, prefix = _free_port(), unguessable_path(installation.settings.key)
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(workspace), "-h", LOOPBACK, "-p", str(behind)]
    command += ["--log-level", "info" if verbose else "error"]
    say(f"Dagster UI of {installation.settings.home}: http://{LOOPBACK}:{port}/ in a few seconds, until Ctrl-C.")
    with surroundings(installation.settings.home):
        environment = os.environ | {
            "DAGSTER_HOME": str(dagster_home(installation.settings)),
            "DAGSTER_WEBSERVER_PATH_PREFIX": prefix,
        }
        if not verbose:
            environment.setdefault("PYTHONWARNINGS", "ignore")
        with Gate(port, behind, prefix):  # the UI starts runs: a page of somebody else's must not
            return _until_stopped(command, environment)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except (OSError, OverflowError) as error:
            raise ConfigurationError(f"port {port} cannot be had ({error}). Name another one with --port.") from None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _workspace() -> Path:
    """The checkout's workspace file, or the one that was installed."""
    package = Path(__file__).resolve().parent.parent
    beside = package.parent / "workspace.yaml"
    return beside if beside.exists() else package / "defaults" / "workspace.yaml"


def _until_stopped(command: list[str], environment: dict[str, str]) -> int:
    """Run it in a group of its own, so that a signal reaches all that it starts, and nothing outlives us."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # A command that a script started with `&` ignores SIGINT, and so would everything that it starts.
    for number in SIGNALS:
        signal.signal(number, stop)
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        return process.wait()
    except KeyboardInterrupt:
        say("Stopping …")
        return 0
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # being asked twice must not leave a half of it behind
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask `dagster dev` to end, which ends what it started; then those that are left; then kill those that are left."""
    with suppress(subprocess.TimeoutExpired):
        process.send_signal(signal.SIGINT)  # does nothing if it has ended
        process.wait(GRACE_SECONDS)
    for number in (signal.SIGTERM, signal.SIGKILL):
        until = time.monotonic() + GRACE_SECONDS
        try:
            os.killpg(process.pid, number)
            while time.monotonic() < until:
                process.poll()
                os.killpg(process.pid, 0)  # is anybody there?
                time.sleep(POLL_SECONDS)
        except ProcessLookupError:
            return
