"""What became of the subjects and projects of one run of a source: from ingestion to Dagster and the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.catalogue import Project

FAILURES = frozenset({"failed", "incomplete"})


@dataclass(frozen=True)
class Outcome:
    """What became of one subject.

    Attributes:
        subject: e.g. `github:QwenLM/Qwen3`.
        status: `ok`, `unchanged`, `incomplete`, `failed`, `skipped` or `paused` (the next run goes on from there).
        rows: rows written.
        reason: what is missing and why.
        noted: whether a batch was written, be it an empty one.
    """

    subject: str
    status: str
    rows: int = 0
    reason: str | None = None
    noted: bool = True


@dataclass(frozen=True)
class ProjectOutcome:
    """What became of one project in one stream: a partition of the asset."""

    project: Project
    outcomes: Sequence[Outcome] = field(default_factory=tuple)

    @property
    def rows(self) -> int:
        """Rows written."""
        return sum(outcome.rows for outcome in self.outcomes)

    @property
    def noted(self) -> bool:
        """Whether anything was written."""
        return any(outcome.noted for outcome in self.outcomes)

    @property
    def skipped(self) -> str:
        """Why the whole stream is skipped; empty if it is not."""
        reasons = [outcome.reason or "" for outcome in self.outcomes if outcome.status == "skipped"]
        return reasons[0] if reasons and not self.noted and len(reasons) == len(self.outcomes) else ""

    @property
    def failures(self) -> list[Outcome]:
        """The subjects that could not be had, or not whole."""
        return [outcome for outcome in self.outcomes if outcome.status in FAILURES]
