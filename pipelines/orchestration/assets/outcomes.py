"""Outcomes: what became of the assets of a step that makes several, and what a failure keeps from being made.

Dagster skips what is downstream of a failed step, but nothing inside of one: a step that makes many assets goes on
after a failure, skips what is downstream of it, and fails at its end with all that went wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dagster import AssetKey, Failure, MetadataValue

FAILED, SKIPPED = "failed", "skipped"


@dataclass
class Outcomes:
    """What failed so far, and what was skipped.

    Attributes:
        failed: asset → why.
        skipped: asset → the failed assets upstream of it.
    """

    failed: dict[AssetKey, str] = field(default_factory=dict)
    skipped: dict[AssetKey, frozenset[AssetKey]] = field(default_factory=dict)

    def skips(self, key: AssetKey, parents: Iterable[AssetKey]) -> bool:
        """Whether the asset cannot be made because one upstream failed; it is noted as skipped then."""
        upstream = set[AssetKey]()
        for parent in parents:
            upstream |= {parent} if parent in self.failed else self.skipped.get(parent, frozenset())
        if upstream:
            self.skipped[key] = frozenset(upstream)
        return bool(upstream)

    def raise_if_any_failed(self) -> None:
        """Fail the step; what it made stands, and is not made again when the run is re-executed from its failure.

        Raises:
            Failure: a line for each asset that failed, then a line for each with what was skipped because of it.
        """
        if not self.failed:
            return
        lines = [f"{_text(key)}: {reason}" for key, reason in self.failed.items()]
        for failed in self.failed:
            downstream = [_text(key) for key, upstream in self.skipped.items() if failed in upstream]
            if downstream:
                lines.append(f"Skipped because {_text(failed)} failed: {', '.join(downstream)}.")
        raise Failure(
            description="\n".join(lines),
            metadata={
                FAILED: MetadataValue.json({key.to_user_string(): reason for key, reason in self.failed.items()}),
                SKIPPED: MetadataValue.json([key.to_user_string() for key in self.skipped]),
            },
            allow_retries=False,
        )


def failed_assets(metadata: Mapping[str, MetadataValue]) -> dict[str, str]:
    """Asset, as `schema/name`, → why it failed: what `raise_if_any_failed` put into the metadata of its failure."""
    told = metadata[FAILED].value if FAILED in metadata else None
    return {str(key): str(reason) for key, reason in told.items()} if isinstance(told, Mapping) else {}


def _text(key: AssetKey) -> str:
    return ".".join(key.path)
