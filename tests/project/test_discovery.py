"""One new metric is one .sql and its case, one new source one file and its staging, one new page one file.

Each is dropped into a copy of the checkout, where nothing else is touched, and comes out at the other end.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOMS = ("pipelines", "metrics", "dashboards")
NEW_FILES = {
    "metrics/contributors/night_owls.sql": """/*+++
title = "Night owls"
question = "How many people commit at night?"
unit = "people"
definition = "People who committed between midnight and six, UTC, in the month."
source = "An example."
+++*/
SELECT
    m.entity_id,
    date_trunc('month', c.authored_at)::DATE AS period,
    '' AS series,
    count(DISTINCT c.author_id) AS value,
    count(*) AS n,
    NULL AS low,
    NULL AS high,
    FALSE AS complete,
    NULL AS reason,
    CASE WHEN count(*) < 5 THEN 'n<5' END AS flag
FROM catalogue.membership AS m
JOIN staging.commit AS c ON c.repository_id = m.subject_id
WHERE extract('hour' FROM c.authored_at) < 6
GROUP BY ALL
""",
    "pipelines/sources/weather/__init__.py": '"""The weather: an example of a system."""\n',
    "pipelines/sources/weather/observations.py": '''"""Weather → observations: an example."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from pipelines.sources import Batch, Request, Source

SCHEMA = pa.schema([pa.field("degrees", pa.float64())])


def fetch(request: Request) -> Iterator[Batch]:
    """It is always 21 degrees."""
    if request.state is None:
        yield Batch(pa.table({"degrees": [21.0]}, schema=SCHEMA), complete=True, state={})


SOURCE = Source(
    name="weather_observations",
    source="weather",
    stream="observations",
    description="The weather at each project.",
    schema=SCHEMA,
    subjects=lambda project: [f"weather:{project.slug}"],
    fetch=fetch,
)
''',
    "pipelines/staging/fact/weather.sql": """/*+++
title = "Weather as fetched"
description = "One row an observation."
streams = ["weather/observations"]
[columns]
subject = "Where."
degrees = "Degrees Celsius."
+++*/
CREATE TABLE IF NOT EXISTS fact.weather (subject VARCHAR, degrees DOUBLE);
INSERT INTO fact.weather SELECT _subject, degrees FROM new_weather_observations;
""",
    "pipelines/staging/weather.sql": """/*+++
title = "Weather"
description = "One row an observation."
[columns]
subject = "Where."
degrees = "Degrees Celsius."
+++*/
CREATE OR REPLACE VIEW staging.weather AS SELECT subject, degrees FROM fact.weather
""",
    "dashboards/pages/nights.py": '''"""Nights: an example."""

from dashboards.chart import Chart
from dashboards.page import Page
from dashboards.streams import GIT

PAGE = Page(
    slug="nights",
    title="Nights",
    nav="Nights",
    lead="Who is awake.",
    order=9,
    charts=(
        Chart(
            id="night-owls",
            metric="night_owls",
            title="Night owls",
            subtitle="People who committed between midnight and six, UTC.",
            stream=GIT,
            format="count",
            counts="commits",
        ),
    ),
)
''',
}
CATALOGUE = """
[[ecosystem]]
id = "acme"
label = "Acme"

[[project]]
label = "Acme"
ecosystem = "acme"
region = "other"
layer = "framework"
repositories = ["acme/one"]
"""
LOOK = """
import json, warnings
warnings.simplefilter("ignore")  # Dagster tells of what is in preview
import metrics
from dashboards import pages
from pipelines import sources, staging
from pipelines.orchestration.definitions import build
from pipelines.orchestration.installation import Installation
graph = build(Installation.from_environment()).resolve_asset_graph()
print(json.dumps({
    "metrics": list(metrics.load()),
    "sources": list(sources.discover()),
    "entities": list(staging.load()),
    "pages": list(pages.load()),
    "assets": ["/".join(key.path) for key in graph.get_all_asset_keys()],
}))
"""
RUN = """
import duckdb, json, warnings
warnings.simplefilter("ignore")
from pipelines.orchestration.installation import Installation
from pipelines.orchestration.launch import run
installation = Installation.from_environment()
summary = run(installation, sources=["git_commits", "weather_observations"])
assert not summary.failed_steps, summary.failed_steps
with duckdb.connect(str(installation.settings.published), read_only=True) as connection:
    ask = lambda query: connection.execute(query).fetchall()
    print(json.dumps({
        "owls": ask("SELECT value, n FROM metrics.night_owls WHERE entity_id = 'project:acme'"),
        "weather": ask("SELECT subject, degrees FROM staging.weather"),
        "definition": ask("SELECT title FROM metrics.definition WHERE metric = 'night_owls'"),
        "page": (installation.site / "nights.html").exists(),
    }))
"""


@pytest.fixture(scope="module")
def copy(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rooms of the checkout with the new files in them, and a home to run in."""
    target = tmp_path_factory.mktemp("copy")
    for room in ROOMS:
        shutil.copytree(root / room, target / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dagster.yaml", "workspace.yaml"):
        shutil.copyfile(root / name, target / name)
    (target / "ecosystems.toml").write_text(CATALOGUE)
    for name, text in NEW_FILES.items():
        assert not (target / name).exists(), f"{name} is not new any more: give the example another name"
        (target / name).parent.mkdir(exist_ok=True)
        (target / name).write_text(text)
    return target


def python(copy: Path, code: str, **settings: str) -> dict[str, Any]:
    """Run the code over the copy, which hides the installed project; returns the JSON of its last line."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ECOTONE_", "COV_", "PYTHON"))}
    environ = {**kept, "PYTHONPATH": str(copy), "ECOTONE_HOME": str(copy / "home"), **settings}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=copy, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_what_is_dropped_into_a_room_is_found_and_becomes_an_asset(copy: Path) -> None:
    found = python(copy, LOOK)
    assert "night_owls" in found["metrics"]
    assert "weather_observations" in found["sources"]
    assert {"fact.weather", "staging.weather"} <= set(found["entities"])
    assert "nights" in found["pages"]
    assets = {
        "metrics/night_owls",
        "sources/weather_observations",
        "fact/weather",
        "staging/weather",
        "dashboards/nights",
    }
    assert assets | {"dashboards/nights"} <= set(found["assets"])


@pytest.mark.slow
def test_what_is_dropped_into_a_room_comes_out_at_the_other_end(copy: Path) -> None:
    git = ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-C", str(copy / "one")]
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(copy / "one")], check=True)
    at_three = {**os.environ, "GIT_AUTHOR_DATE": "2024-05-06T03:00:00+0000"}
    for _ in range(2):
        subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message=night"], check=True, env=at_three)
    found = python(copy, RUN, ECOTONE_GIT_URL=str(copy / "{name}"))
    assert found["owls"] == [[1.0, 2]]
    assert found["weather"] == [["weather:acme", 21.0]]
    assert found["definition"] == [["Night owls"]]
    assert found["page"]
