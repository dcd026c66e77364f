"""What of which listing a recording holds (ECOTONE_RECORDED): what is not in it is not asked for, nor taken for empty.

    {"github/forks": {"github:owner/name": {"until": "2026-08-20T12:00:00+00:00", "lacks": null}}}

A stream that is not named is asked for as ever; of one that is named, only what stands there is. A listing is known up
to `until`, whatever the clock of the run says, and it is never complete if it `lacks` something.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipelines.errors import ConfigurationError
from pipelines.sources import Batch, State
from pipelines.sources.contract import LACKS


@dataclass(frozen=True)
class RecordedListing:
    """One listing of one subject: up to when it is known, and what of it is not recorded (None: it is whole)."""

    until: datetime
    lacks: str | None = None


@dataclass(frozen=True)
class Recorded:
    """All that a recording holds, by `system/stream` and subject."""

    streams: Mapping[str, Mapping[str, RecordedListing]]

    @classmethod
    def read(cls, path: Path | None) -> Recorded:
        """Read the file; nothing is recorded, and everything asked, without one."""
        if path is None:
            return cls({})
        try:
            told = json.loads(path.read_text())
            return cls(
                {
                    stream: {subject: _listing(one) for subject, one in subjects.items()}
                    for stream, subjects in told.items()
                }
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigurationError(
                f"ECOTONE_RECORDED={path} cannot be read ({error}). `ecotone replay` writes it: run it again, or unset "
                "the variable."
            ) from error

    def holds(self, system: str, stream: str, subject: str) -> bool:
        """Whether that listing may be asked for."""
        subjects = self.streams.get(f"{system}/{stream}")
        return subjects is None or subject in subjects

    def listing(self, system: str, stream: str, subject: str) -> RecordedListing | None:
        """What is recorded of it; None where the world itself is asked."""
        return self.streams.get(f"{system}/{stream}", {}).get(subject)


def without_completeness(batch: Batch, lacks: str) -> Batch:
    """A batch of a listing that is recorded in part: however it ends, it is not complete."""
    state = None if batch.state is None else {**batch.state, LACKS: lacks}
    return replace(batch, complete=False, state=state, reason=lacks if batch.complete else batch.reason)


def state_of_source(state: State | None) -> State | None:
    """The state as the source gave it."""
    return None if state is None else {name: value for name, value in state.items() if name != LACKS}


def _listing(told: Mapping[str, str | None]) -> RecordedListing:
    return RecordedListing(datetime.fromisoformat(told["until"] or ""), told["lacks"])
