"""What a folder of recorded data is turned into."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.sandbox.huggingface.models import Query
from pipelines.sandbox.huggingface.server import HubServer
from pipelines.sandbox.recorded import recording
from pipelines.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "a {strange} folder"
    (folder / "huggingface").mkdir(parents=True)
    (folder / "git").mkdir()
    (folder / "github").mkdir()
    (folder / "github" / "ranking-daily.csv.gz").write_bytes(gzip.compress(b"d,fn\n"))
    for day in ("2026-02-01", "2026-01-31"):
        rows = [{"id": "aurora-lab/Aurora-1", "author": "aurora-lab", "downloads": int(day[-2:])}]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "huggingface" / f"{day}.models.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    return folder


def test_days_come_in_order_and_each_has_its_hub(folder: Path) -> None:
    found = recording(folder)
    assert found.days == (date(2026, 1, 31), date(2026, 2, 1))
    rows, _ = found.hub_for(found.days[0]).page(Query(author="aurora-lab", expand=["downloads"]))
    assert rows == [{"id": "aurora-lab/Aurora-1", "downloads": 31}]
    with pytest.raises(KeyError):
        found.hub_for(date(2026, 1, 1))


def test_the_environment_is_a_run_at_the_end_of_the_day(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    found = recording(folder)
    with HubServer(found.hub_for(found.days[0])) as hub:
        environment = found.environment(hub.endpoint, found.days[0])
        settings = Settings.from_environment(environment)
        assert settings.hf_endpoint == hub.endpoint
    assert settings.now() == datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
    assert settings.git_url_of("aurora-lab/aurora") == str(folder / "git" / "aurora-lab+aurora.bundle")
    assert settings.rankings == str(folder / "github" / "ranking-daily.csv.gz")
    assert (settings.hf_token, settings.github_token) == (None, None)
    assert environment["NO_PROXY"] == "intranet.example,127.0.0.1"


def test_what_is_missing_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no recorded Hub days"):
        recording(tmp_path / "nowhere")
    (folder / "huggingface" / "yesterday.models.jsonl.gz").touch()
    with pytest.raises(ConfigurationError, match="'yesterday' is not a day"):
        recording(folder)
    for path in (folder / "huggingface").iterdir():
        path.unlink()
    with pytest.raises(ConfigurationError, match="no Hub day is recorded"):
        recording(folder)


def test_the_recorded_data_beside_the_checkout_has_five_days(shared_data: Path) -> None:
    found = recording(shared_data)
    assert [day.isoformat() for day in found.days] == [
        "2026-06-05",
        "2026-08-19",
        "2026-08-20",
        "2026-08-21",
        "2026-08-22",
    ]
    assert len(found.hub_for(found.days[-1]).rows) == 15_156
    assert Path(Settings(home=Path(), catalogue=Path(), git_url=found.git_url).git_url_of("QwenLM/Qwen3")).exists()
