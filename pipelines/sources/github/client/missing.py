"""Repositories that GitHub says are not there: believed when it says so twice, hours apart. Kept in the home.

A server in trouble says of living repositories that they are not there. Until it has said so twice, what was fetched
last stays, and nobody is told to correct a catalogue.
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from pipelines.errors import Gone, SourceError, Unconfirmed

FILE = "github-missing.json"
BELIEVED_AFTER = timedelta(hours=6)  # our choice: longer than trouble at GitHub usually lasts, and within a day


class Missing:
    """Since when each repository was not found.

    Args:
        home: where that is kept; None: nowhere, and nothing is ever believed.
    """

    def __init__(self, home: Path | None) -> None:
        self._home = home
        self._turn = threading.Lock()

    def judged(self, name: str, now: datetime, error: Gone) -> SourceError:
        """What to make of NOT_FOUND on the repository's own path: Unconfirmed the first time, Gone hours later."""
        with self._turn:
            known = self._read()
            since = known.get(name)
            if since is None:
                self._write({**known, name: now})
            elif now - since >= BELIEVED_AFTER:
                return error
        hours = BELIEVED_AFTER.total_seconds() / 3_600
        return Unconfirmed(
            f"repository {name}: not found, says GitHub. Unconfirmed until it says so again, {hours:.0f} hours after "
            f"the first time ({since or now:%Y-%m-%d %H:%M} UTC): what was fetched stays."
        )

    def seen(self, *names: str) -> None:
        """They are there: whatever was said before is forgotten."""
        with self._turn:
            known = self._read()
            kept = {name: since for name, since in known.items() if name not in names}
            if len(kept) < len(known):
                self._write(kept)

    def _read(self) -> dict[str, datetime]:
        if self._home is None:
            return {}
        try:
            told = json.loads((self._home / FILE).read_text(encoding="utf-8"))
            return {name: datetime.fromisoformat(since) for name, since in told.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}  # not there, or damaged: everything is confirmed anew

    def _write(self, known: dict[str, datetime]) -> None:
        """Whole or not at all; a disk that is full only means that it is confirmed later."""
        if self._home is None:
            return
        with suppress(OSError):
            temporary = self._home / f".{FILE}"
            temporary.write_text(json.dumps(known, default=datetime.isoformat, indent=1), encoding="utf-8")
            temporary.replace(self._home / FILE)
