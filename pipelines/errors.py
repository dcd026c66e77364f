"""Everything that can go wrong, as one tree; the split transient / terminal decides retries.

EcotoneError
├── ConfigurationError      the installation: a setting, a file, a missing program
│   └── CatalogueError      ecosystems.toml, with its line
├── SourceError             one subject of one stream could not be had
│   ├── TransientError      may work later: retried, then reported
│   │   ├── Unconfirmed     said to be gone, for the first time: asked again hours later
│   │   ├── Overloaded      the answer took the server too long: ask for less at once
│   │   └── CursorLost      the place in a listing is no longer known: begin that listing again
│   ├── TerminalError       will not work until somebody changes something
│   │   ├── BadToken        refused, expired or revoked
│   │   ├── MissingScope    the token is good, but may not read this
│   │   ├── NeedsSso        the organisation wants the token authorised for its single sign-on
│   │   ├── Gone            deleted or made private: the API does not tell which
│   │   │   └── Denied      not for us (403): it says nothing of whether it is there
│   │   └── Blocked         taken down for legal reasons (451)
│   ├── Skipped             not an error: nothing to fetch here, with the reason
│   │   └── Disabled        switched off by its owner: no issues, no discussions
│   └── Paused              not an error: the budget is used up; the next run goes on from here
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


class Unconfirmed(TransientError):  # noqa: N818 - it says what is known
    """The repository was not found, for the first time: it is called gone when that is said again hours later."""


class Overloaded(TransientError):  # noqa: N818 - what the server says of itself
    """The server gave up on an answer (502, 504, a time-out): half as much may be answered."""


class CursorLost(TransientError):  # noqa: N818 - it says what happened, like Gone
    """A listing's cursor has expired: what was read stands, the listing has to be begun again."""


class TerminalError(SourceError):
    """Will fail again until somebody acts: a deleted repository, a damaged bundle, a bad answer."""


class BadToken(TerminalError):  # noqa: N818 - it says what is wrong, like Gone
    """No token is accepted: refused, expired or revoked (401)."""


class MissingScope(TerminalError):  # noqa: N818 - it says what is wrong, like Gone
    """The token is good, but may not read this."""


class NeedsSso(TerminalError):  # noqa: N818 - it says what is wrong, like Gone
    """The organisation enforces single sign-on, and the token has not been authorised for it."""


class Gone(TerminalError):  # noqa: N818 - it says what happened
    """Deleted, or made private: to those who may not see it, there is no difference (404)."""


class Denied(Gone):
    """Refused with 403: of no use to us, as if it were gone, but that is not what was said."""


class Blocked(TerminalError):  # noqa: N818 - it says what happened
    """Taken down for legal reasons (451)."""


class Skipped(SourceError):  # noqa: N818 - it is a remark, not an error: the name is what the UI shows
    """There is nothing to fetch for this subject here and now; the message is the reason."""


class Disabled(Skipped):
    """Its owner has switched this off: a repository without issues, or without discussions."""


class Paused(SourceError):  # noqa: N818 - it is a remark, not an error: the name is what the UI shows
    """Stopped cleanly because the budget is used up; what was fetched stands, and the next run goes on from there."""


class LakeError(EcotoneError):
    """A batch, the manifest or the format of the lake is not what it must be."""


class WarehouseError(EcotoneError):
    """The DuckDB file could not be built or published."""
