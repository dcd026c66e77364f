"""The catalogue: ecosystems.toml, read and checked. It tells every later room what is measured.

What belongs here: reading the file, finding every mistake in it with its line, and the plain values it is made of.
What does not: what was in force on a past day (the lake keeps it: `pipelines.ingestion.catalogue_record`), and
membership as a table (`pipelines.staging`, catalogue/*.sql).
Data passes from one file that a user edits to one `Catalogue`.
"""

from __future__ import annotations

from pipelines.catalogue.catalogue import Catalogue
from pipelines.catalogue.model import (
    LAYERS,
    REGIONS,
    Entity,
    HubSelector,
    Name,
    OpenRouterSelector,
    Project,
    Repository,
)

__all__ = [
    "LAYERS",
    "REGIONS",
    "Catalogue",
    "Entity",
    "HubSelector",
    "Name",
    "OpenRouterSelector",
    "Project",
    "Repository",
]
