"""When things run by themselves: sources by the clock, everything below as soon as what it reads has changed."""

from __future__ import annotations

from datetime import timedelta

from dagster import (
    AssetSelection,
    AutomationCondition,
    AutomationConditionSensorDefinition,
    DefaultSensorStatus,
    FreshnessPolicy,
)

SOURCES = AssetSelection.groups("sources")
BELOW = AssetSelection.all() - SOURCES
DAILY = "17 3 * * *"  # UTC; not on the hour, when everyone asks

on_schedule = AutomationCondition.on_cron(DAILY)

# Publishing starts regardless of a partition that failed or was never had: a project that cannot be fetched must not
# keep the others from being shown.
when_changed = AutomationCondition.eager().without(~AutomationCondition.any_deps_missing())

fresh = FreshnessPolicy.time_window(fail_window=timedelta(days=3), warn_window=timedelta(hours=36))

sensors = [
    AutomationConditionSensorDefinition(
        "daily_ingestion",
        target=SOURCES,
        description=f"Fetches every stream each day ({DAILY} UTC). Off until you switch it on.",
        default_status=DefaultSensorStatus.STOPPED,
    ),
    AutomationConditionSensorDefinition(
        "publish_when_changed",
        target=BELOW,
        description="Builds and publishes whenever a source has brought something, by whoever it was started.",
        default_status=DefaultSensorStatus.RUNNING,
    ),
]
