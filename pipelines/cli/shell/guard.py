"""What stands between a command and the shell: errors become one message and an exit code, never a trace."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from pipelines.cli.shell.terminal import complain
from pipelines.errors import ConfigurationError, EcotoneError

log = logging.getLogger("ecotone")
FAILED, WRONG, INTERRUPTED, BROKEN_PIPE = 1, 2, 128 + 2, 128 + 13  # the last two as a shell tells of a signal


def guarded(app: App, arguments: Sequence[str]) -> int:
    """Carry out the command line and return the exit code."""
    try:
        code = app(list(arguments))
        sys.stdout.flush()
    except CycloptsError as error:
        return _wrong_arguments(app, arguments, error)
    except EcotoneError as error:
        log.info("the error came from here:", exc_info=error)
        complain(f"ecotone: {error}")
        return WRONG if isinstance(error, ConfigurationError) else FAILED
    except KeyboardInterrupt:
        complain("Stopped. What was done is kept; the same command goes on from there.")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone. Python flushes stdout at its end and would complain: give it another.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except OSError as error:
        log.info("the error came from here:", exc_info=error)
        place = f"{error.filename}: " if error.filename else ""
        complain(f"ecotone: {place}{error.strerror or error}")
        return FAILED
    return code if isinstance(code, int) else 0


def _wrong_arguments(app: App, arguments: Sequence[str], error: CycloptsError) -> int:
    commands = [argument for argument in arguments[:1] if argument in app]
    complain(f"ecotone: {str(error).strip()}")
    complain(f"See `{' '.join(['ecotone', *commands, '--help'])}`.")
    return WRONG
