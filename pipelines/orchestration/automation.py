"""When runs start by themselves: sources by the clock, all that is downstream as soon as what it reads has changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from dagster import (
    AssetKey,
    AssetSelection,
    AutomationCondition,
    AutomationConditionSensorDefinition,
    DefaultSensorStatus,
    FreshnessPolicy,
)

from pipelines.sources import Source

SOURCES = AssetSelection.groups("sources")
DOWNSTREAM = AssetSelection.all() - SOURCES
DAILY = "17 3 * * *"  # UTC; not on the hour, when everyone asks
LATER = "17 6 * * *"  # sources that read what others fetched (Source.after)

on_schedule = AutomationCondition.on_cron(DAILY)

# A source in which nothing is new tells Dagster of no partition, so its being updated is nothing to wait for.
on_later_schedule = AutomationCondition.on_cron(LATER).without(AutomationCondition.all_deps_updated_since_cron(LATER))

# Publishing starts regardless of a partition that failed or was never had: a project that cannot be fetched must not
# keep the others from being shown.
when_changed = AutomationCondition.eager().without(~AutomationCondition.any_deps_missing())

fresh = FreshnessPolicy.time_window(fail_window=timedelta(days=3), warn_window=timedelta(hours=36))

sensors = [
    AutomationConditionSensorDefinition(
        "daily_ingestion",
        target=SOURCES,
        description=f"Fetches each stream once a day: {DAILY} UTC; those that read what others fetched, {LATER} UTC. "
        "Off until you switch it on.",
        default_status=DefaultSensorStatus.STOPPED,
    ),
    AutomationConditionSensorDefinition(
        "publish_when_changed",
        target=DOWNSTREAM,
        description="Builds and publishes whenever a source has brought something, whether a command or the UI ran it.",
        default_status=DefaultSensorStatus.RUNNING,
    ),
]


def later(sources: Mapping[str, Source]) -> AssetSelection:
    """The sources that read what others fetched: in one run, Dagster skips them if nothing was new in those others."""
    return AssetSelection.assets(*(AssetKey(["sources", name]) for name, source in sources.items() if source.after))
