"""huggingface_models over a recorded day of the real Hub: the same rows as a reading of the file itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import huggingface_hub

from pipelines.catalogue import HubSelector, Project
from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.huggingface.server import HubServer
from pipelines.settings import Settings
from pipelines.sources import Request
from pipelines.sources.huggingface.models import SOURCE

NOW = datetime(2026, 6, 5, 12, tzinfo=UTC)


def test_the_recorded_day_2026_06_05_shows_all_qwen_models_and_their_derivatives(
    shared_data: Path, recorded_june: list[dict[str, Any]]
) -> None:
    path = shared_data / "huggingface" / "2026-06-05.models.jsonl.gz"
    recorded = {row["id"]: row for row in recorded_june}
    wanted = {name for name, row in recorded.items() if row["author"] == "Qwen"}
    reached = set(wanted)
    while new := {
        name
        for name, row in recorded.items()
        if name not in reached
        for tag in row["tags"]
        if tag.startswith("base_model:") and ((base := tag.rpartition(":")[2]) in reached or base.startswith("Qwen/"))
    }:
        reached |= new
    with HubServer(HubModels.recorded(path, sample="recorded")) as hub:
        settings = Settings(home=Path("unused"), catalogue=Path("unused"), hf_endpoint=hub.endpoint)
        qwen = Project("qwen", "Qwen", "qwen", "china", "model", hub=(HubSelector("Qwen"),))
        batches = list(SOURCE.fetch(Request("hf-org:Qwen", qwen, settings, NOW)))
    rows = {row["name"]: row for batch in batches for row in batch.table.to_pylist()}
    assert len(wanted) == 106
    assert {name for name, row in rows.items() if row["author"] == "Qwen"} == wanted
    assert set(rows) == reached
    assert batches[-1].complete
    assert all(rows[name]["downloads"] == recorded[name]["downloads"] for name in rows)
    assert all(rows[name]["downloads_all_time"] == recorded[name]["downloadsAllTime"] for name in rows)
    huggingface_hub.close_session()
