"""Partitions: streams are partitioned by project, so that one repository that fails is one red partition."""

from __future__ import annotations

from dagster import BackfillPolicy, StaticPartitionsDefinition

from pipelines.catalogue import Catalogue

ONE_RUN = BackfillPolicy.single_run()


def projects(catalogue: Catalogue) -> StaticPartitionsDefinition:
    """One partition a project, in the order of the catalogue."""
    return StaticPartitionsDefinition([project.slug for project in catalogue.projects])
