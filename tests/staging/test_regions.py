"""Regions of organisations: the file that `[regions]` names gives them to what no project selects."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from pipelines.catalogue import Catalogue

CATALOGUE = """
[[ecosystem]]
id = "one"
label = "One"
[[project]]
label = "A"
ecosystem = "one"
region = "us"
layer = "model"
huggingface = ["lab/sedge*"]
"""
REGIONS = (
    "SELECT subject_id, list(entity_id ORDER BY entity_id) FROM catalogue.membership "
    "WHERE entity_id LIKE 'region:%' GROUP BY subject_id"
)


def test_every_organisation_of_the_public_list_gets_its_region(installation: Any, shared_data: Path) -> None:
    path = shared_data / "catalogue" / "organization_regions.csv"
    with path.open(newline="", encoding="utf-8") as file:
        listed = {row["hf_org"]: row["region"] for row in csv.DictReader(file)}
    text = f'[regions]\nfile = "{path}"\n{CATALOGUE}'
    installation.catalogue = Catalogue.parse(text)
    models = [{"name": f"{organization}/m", "day": installation.settings.today()} for organization in listed]
    installation.tell_hub("models", models)
    found = dict(installation.ask(REGIONS))
    assert len(listed) > 100
    assert {name: found[f"hf:{name}/m"] for name in listed} == {name: [f"region:{listed[name]}"] for name in listed}
    assert {name: found[f"hf-org:{name}"] for name in listed} == {name: [f"region:{listed[name]}"] for name in listed}
    assert set(listed.values()) <= {
        row[0] for row in installation.ask("SELECT split_part(entity_id, ':', 2) FROM catalogue.entity")
    }


def test_what_a_project_selects_has_the_projects_region_and_the_rest_of_its_organisation_too(
    installation: Any, tmp_path: Path
) -> None:
    (tmp_path / "regions.csv").write_text("hf_org,region\nlab,eu\n")
    installation.catalogue = Catalogue.parse('[regions]\nfile = "regions.csv"\n' + CATALOGUE, folder=tmp_path)
    models = [{"name": name, "day": installation.settings.today()} for name in ("lab/sedge-1", "lab/other")]
    installation.tell_hub("models", models)
    found = dict(installation.ask(REGIONS))
    assert found["hf:lab/sedge-1"] == ["region:us"]
    assert found["hf:lab/other"] == ["region:us"], "its own entry wins over the file's"
