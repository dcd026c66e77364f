"""`ecotone compact`: fewer and larger files in the lake."""

from __future__ import annotations

from pipelines.cli.shell.terminal import plural, say
from pipelines.errors import ConfigurationError
from pipelines.lake import Lake
from pipelines.settings import Settings


def compact() -> int:
    """Join small batches; LakeError if a run is writing."""
    settings = Settings.from_environment()
    if not settings.lake.exists():
        raise ConfigurationError(f"there is no lake in {settings.home}. Name the installation with --home.")
    with Lake(settings.lake) as lake:
        before = len(lake.manifest.live())
        made = lake.compact()
        after = len(lake.manifest.live())
    joined = sum(len(entry.replaces) for entry in made)
    say(
        f"Joined {plural(joined, 'batch')} into {plural(len(made), 'file')}; the lake has {plural(after, 'file')}, "
        f"it had {before:,}. What they hold is unchanged."
        if made
        else f"Nothing to join: the lake has {plural(after, 'file')}.",
    )
    return 0
