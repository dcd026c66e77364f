"""A small Hub with two models, what is said of them and Spaces that use them; and runs of a source into a lake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipelines.catalogue import Catalogue
from pipelines.ingestion.fetching import Ingestion
from pipelines.ingestion.outcomes import Outcome
from pipelines.lake import Lake
from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.huggingface.server import HubServer
from pipelines.sandbox.huggingface.spaces import HubSpaces
from pipelines.sandbox.huggingface.talk import Discussion, Event, shown
from pipelines.settings import Settings
from pipelines.sources import Source

NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ONE, TWO = "aurora-lab/One", "aurora-lab/Two"
IDS = {ONE: (ONE, f"{1:024x}"), TWO: (TWO, f"{2:024x}")}
CATALOGUE = """
[[ecosystem]]
id = "aurora"
label = "Aurora"
[[project]]
label = "Aurora"
ecosystem = "aurora"
region = "china"
layer = "model"
huggingface = ["aurora-lab"]
"""


def opened(number: int, *said: str, model: str = ONE, at: datetime = NOW - 30 * DAY, author: str = "ann") -> Discussion:
    """A discussion in which these wrote, an hour apart, after its author's opening text; "=who" closed it."""
    events = [Event(at, author, "comment")]
    for place, who in enumerate(said, start=1):
        then = at + timedelta(hours=place)
        closing = who.startswith("=")
        events.append(
            Event(then, who.removeprefix("="), "status-change" if closing else "comment", "closed" if closing else None)
        )
    return Discussion(model, number, author, at, False, None, None, tuple(events), "aurora-lab")


def space(number: int, *models: str, **more: Any) -> dict[str, Any]:
    """A Space that uses these models."""
    name, created = f"heron/space-{number}", f"2026-07-{number % 28 + 1:02}T00:00:00.000Z"
    row = {"_id": f"{number:024x}", "id": name, "author": "heron", "createdAt": created, "lastModified": created}
    return {**row, "likes": number, "sdk": "gradio", "tags": [], "models": list(models), **more}


def model_rows() -> list[dict[str, Any]]:
    """The two models, as listed."""
    return [
        {
            "_id": hub_id,
            "id": name,
            "author": "aurora-lab",
            "createdAt": "2026-01-01T00:00:00.000Z",
            "downloads": 10,
            "likes": 3,
            "trendingScore": 5 if name == ONE else 7,
            "tags": [],
        }
        for name, hub_id in IDS.values()
    ]


def a_hub(plan: Sequence[Discussion] = (), spaces: Sequence[Mapping[str, Any]] = (), now: datetime = NOW) -> HubModels:
    """The Hub with that plan of discussions and those Spaces."""
    rows = [dict(row) for row in spaces]
    return HubModels(model_rows(), spaces=HubSpaces(rows), discussions=shown(plan, IDS, now))


@dataclass
class Runs:
    """Runs of one source into one lake."""

    source: Source
    hub: HubServer
    home: Path
    catalogue: Catalogue = field(default_factory=lambda: Catalogue.parse(CATALOGUE))

    def run(self, now: datetime = NOW) -> Outcome:
        """One run; its outcome. The Hub's log of requests begins anew."""
        self.hub.requests.clear()
        settings = Settings(home=self.home, catalogue=Path("unused"), hf_endpoint=self.hub.endpoint, fixed_now=now)
        with Lake(settings.lake) as lake:
            projects = list(Ingestion(self.source, self.catalogue, settings, lake).run(self.catalogue.projects))
        (outcome,) = projects[0].outcomes
        return outcome

    def rows(self) -> list[dict[str, Any]]:
        """Every row of the lake, in order of batches; a file lacks the columns that hold nothing in it."""
        empty = dict.fromkeys(self.source.schema.names)
        lake = Lake(self.home / "lake")
        files = dict.fromkeys(path for _, path in lake.manifest.originals())
        return [empty | row for path in files for row in pq.read_table(lake.root / path).to_pylist()]
