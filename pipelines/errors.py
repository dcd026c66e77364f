"""Everything that can go wrong, as one tree; the split transient / terminal decides retries.

EcotoneError
├── ConfigurationError      the installation: a setting, a file, a missing program
│   └── CatalogueError      ecosystems.toml, with its line
├── SourceError             one subject of one stream could not be had
│   ├── TransientError      may work later: retried, then reported
│   ├── TerminalError       will not work until somebody changes something
│   └── Skipped             not an error: nothing to fetch here, with the reason
├── LakeError               a batch, the manifest or the format of the lake
└── WarehouseError          building or publishing the DuckDB file
"""

from __future__ import annotations


class EcotoneError(Exception):
    """The base of all errors that are meant for the user: the message names the thing and the remedy."""


class ConfigurationError(EcotoneError):
    """The installation is not set up so that it can run."""


class CatalogueError(ConfigurationError):
    """ecosystems.toml does not say what it must; `line` is where (1-based, None where it is nowhere)."""

    def __init__(self, message: str, *, file: str = "ecosystems.toml", line: int | None = None) -> None:
        self.file = file
        self.line = line
        where = f"{file}:{line}: " if line is not None else f"{file}: "
        super().__init__(where + message)


class SourceError(EcotoneError):
    """One subject of one stream could not be had; the others go on."""


class TransientError(SourceError):
    """May work on another try: a time-out, a 502, a limit."""


class TerminalError(SourceError):
    """Will fail again until somebody acts: a deleted repository, a damaged bundle, a bad answer."""


class Skipped(SourceError):  # noqa: N818 - it is a remark, not an error: the name is what the UI shows
    """There is nothing to fetch for this subject here and now; the message is the reason."""


class LakeError(EcotoneError):
    """A batch, the manifest or the format of the lake is not what it must be."""


class WarehouseError(EcotoneError):
    """The DuckDB file could not be built or published."""
