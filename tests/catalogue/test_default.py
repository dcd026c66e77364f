"""The catalogue that comes with Ecotone: what it covers, and that it agrees with what was recorded."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from pipelines.catalogue import LAYERS, REGIONS, Catalogue

DEFAULT = Path(__file__).resolve().parents[2] / "ecosystems.toml"
CATALOGUE = Catalogue.load(DEFAULT)
REPOSITORIES = [repository for project in CATALOGUE.projects for repository in project.repositories]


def test_every_layer_and_every_region_is_covered() -> None:
    assert len(CATALOGUE.projects) >= 24
    assert {project.layer for project in CATALOGUE.projects} == set(LAYERS)
    assert {project.region for project in CATALOGUE.projects} == set(REGIONS)
    assert {project.ecosystem for project in CATALOGUE.projects} == set(CATALOGUE.ecosystems)
    assert not CATALOGUE.simulated
    assert not CATALOGUE.conflicts


@pytest.mark.parametrize(
    ("model", "slug"),
    [
        ("Qwen/Qwen3-8B", "qwen"),
        ("deepseek-ai/DeepSeek-V3", "deepseek"),
        ("meta-llama/Llama-3.1-8B", "llama"),
        ("google/codegemma-2b", "gemma"),
        ("google/gemma-4-31B-it", "gemma"),
        ("openai/gpt-oss-20b", "gpt-oss"),
        ("openai/whisper-large-v3", "whisper"),
        ("nvidia/NVIDIA-Nemotron-Nano-9B-v2", "nemotron"),
        ("microsoft/Phi-4-mini-instruct", "phi"),
        ("microsoft/phi-2", "phi"),
        ("allenai/OLMo-2-1124-7B", "olmo"),
        ("google/flan-t5-base", None),
        ("microsoft/TRELLIS.2-4B", None),
    ],
)
def test_well_known_models_belong_to_their_project(model: str, slug: str | None) -> None:
    project = CATALOGUE.project_of_model(model)
    assert (project.slug if project else None) == slug


def test_every_recorded_history_is_catalogued(shared_data: Path) -> None:
    recorded = {path.stem.replace("+", "/") for path in (shared_data / "git").glob("*.bundle")}
    assert recorded
    assert recorded <= {repository.name for repository in REPOSITORIES}


def test_regions_agree_with_the_public_list(shared_data: Path) -> None:
    with (shared_data / "catalogue" / "organization_regions.csv").open(newline="") as file:
        public = {row["hf_org"].lower(): row["region"] for row in csv.DictReader(file)}
    own = {name.lower(): project.region for project in CATALOGUE.projects for name in project.organizations}
    assert {name: region for name, region in own.items() if name in public} == {
        name: public[name] for name in own if name in public
    }


def test_dates_of_renames_agree_with_the_recorded_rankings(shared_data: Path) -> None:
    listed: dict[str, list[date]] = defaultdict(list)
    with gzip.open(shared_data / "github" / "ranking-daily.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            listed[row["fn"].lower()].append(date.fromisoformat(row["d"]))
    for repository in REPOSITORIES:
        for name in repository.names:
            outside = [day for day in listed[name.name.lower()] if not name.covers(day)]
            assert not outside, f"{name.name} {name.period()} was listed on {outside[:3]}"


def test_authors_on_openrouter_that_are_left_to_nobody_are_those_that_the_file_names(shared_data: Path) -> None:
    with (shared_data / "openrouter" / "daily_top50_tokens.csv").open(newline="") as file:
        models = {row["model"] for row in csv.DictReader(file)} - {"other"}
    owners = {
        model: [project.slug for project in CATALOGUE.projects if any(one.matches(model) for one in project.openrouter)]
        for model in models
    }
    assert all(len(slugs) <= 1 for slugs in owners.values())
    assert {model.partition("/")[0] for model, slugs in owners.items() if not slugs} == {
        *("meta", "nex-agi", "openrouter", "perplexity", "stealth"),
    }
    assert (owners["openai/gpt-oss-120b:free"], owners["openai/gpt-4o-mini"]) == (["gpt-oss"], ["gpt"])
