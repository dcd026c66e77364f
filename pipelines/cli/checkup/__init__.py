"""What `ecotone doctor` looks at: one module a place where something can be wrong. Each yields findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        level: `ok`, `warn` (it works, but) or `fail`.
        what: the thing that was looked at.
        text: how it is.
        remedy: what to do; empty where all is well.
    """

    level: Literal["ok", "warn", "fail"]
    what: str
    text: str
    remedy: str = ""


def ok(what: str, text: str) -> Finding:
    """It is well."""
    return Finding("ok", what, text)


def warn(what: str, text: str, remedy: str) -> Finding:
    """It works, but."""
    return Finding("warn", what, text, remedy)


def fail(what: str, text: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding("fail", what, text, remedy)
