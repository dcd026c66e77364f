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
from pipelines.sources import discover

DEFAULT = Path(__file__).resolve().parents[3] / "ecosystems.toml"


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
    found = recording(folder, DEFAULT)
    assert found.days == (date(2026, 1, 31), date(2026, 2, 1))
    rows, _ = found.hub_for(found.days[0]).page(Query(author="aurora-lab", expand=["downloads"]))
    assert rows == [{"id": "aurora-lab/Aurora-1", "downloads": 31}]
    with pytest.raises(KeyError):
        found.hub_for(date(2026, 1, 1))


def test_the_environment_is_a_run_at_the_end_of_the_day(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    found = recording(folder, DEFAULT)
    with HubServer(found.hub_for(found.days[0])) as hub:
        environment = found.environment(hub.endpoint, found.days[0])
        settings = Settings.from_environment(environment)
        assert settings.hf_endpoint == hub.endpoint
    assert settings.now() == datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
    assert settings.git_url_of("aurora-lab/aurora") == str(folder / "git" / "aurora-lab+aurora.bundle")
    assert settings.rankings == str(folder / "github" / "ranking-daily.csv.gz")
    assert (settings.hf_token, settings.github_token) == (None, None)
    assert environment["NO_PROXY"] == "intranet.example,127.0.0.1"


def test_a_folder_without_anything_or_with_a_day_that_is_none_is_refused(folder: Path, tmp_path: Path) -> None:
    for name in ("nowhere", ""):
        with pytest.raises(
            ConfigurationError, match=r"has no recorded data\. Name a folder that has some of: git: git/OWN"
        ):
            recording(tmp_path / name, DEFAULT)
    (folder / "huggingface" / "yesterday.models.jsonl.gz").touch()
    with pytest.raises(ConfigurationError, match=r"'yesterday' is not a day. Call the file YYYY-MM-DD.models.jsonl.gz"):
        recording(folder, DEFAULT)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (
            b'{"id": "a/b"',
            r"2026-03-01.models.jsonl:2: the line cannot be read \(.*\)\. Mend or remove the line; or remove",
        ),
        (
            b'{"_id": "5"}',
            "2026-03-01.models.jsonl:2: the line cannot be read .it is no JSON object with the `id` of a",
        ),
        (b'{"id": "a/\xff"}', "2026-03-01.models.jsonl:2: the line cannot be read .*utf-8"),
    ],
)
def test_a_day_of_the_hub_that_cannot_be_read_is_refused(folder: Path, bad: bytes, told: str) -> None:
    (folder / "huggingface" / "2026-03-01.models.jsonl").write_bytes(b'{"id": "a/b"}\n' + bad + b"\n")
    found = recording(folder, DEFAULT)
    with pytest.raises(ConfigurationError, match=told):
        found.hub_for(date(2026, 3, 1))
    whole = (folder / "huggingface" / "2026-02-01.models.jsonl.gz").read_bytes()
    (folder / "huggingface" / "2026-02-01.models.jsonl.gz").write_bytes(whole[:-9])
    with pytest.raises(
        ConfigurationError, match=r"2026-02-01.models.jsonl.gz:2: the file breaks off or cannot be read here"
    ):
        found.hub_for(date(2026, 2, 1))
    (folder / "huggingface" / "2026-03-01.models.jsonl.gz").touch()
    with pytest.raises(ConfigurationError, match="are the same day: remove one of the two"):
        found.hub_for(date(2026, 3, 1))


def test_spaces_of_a_day_are_shown_where_they_are_recorded(folder: Path) -> None:
    rows = [{"id": "ann/b", "models": ["aurora-lab/Aurora-1"], "likes": 2}, {"id": "ann/a"}, {"id": "bo/c", "likes": 5}]
    (folder / "huggingface" / "2026-02-01.spaces.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = recording(folder, DEFAULT)
    assert found.hub_for(date(2026, 1, 31)).spaces is None
    spaces = found.hub_for(date(2026, 2, 1)).spaces
    assert spaces is not None
    assert [row["id"] for row in spaces.page(Query(models=["aurora-lab/Aurora-1"]))[0]] == ["ann/b"]
    assert spaces.page(Query(sort="likes", expand=["likes"]))[0] == [
        {"id": "bo/c", "likes": 5},
        {"id": "ann/b", "likes": 2},
        {"id": "ann/a"},
    ]


def test_the_last_day_is_that_of_what_is_recorded_last(tmp_path: Path) -> None:
    (tmp_path / "openrouter").mkdir()
    (tmp_path / "openrouter" / "tokens.csv").write_text("date,model,tokens\n2026-02-03,a/b,5\nsoon,a/b,5\n")
    assert recording(tmp_path, DEFAULT).days == (date(2026, 2, 3),)
    (tmp_path / "github").mkdir()
    listed = b"d,fn\n2026-02-07,a/b\n2026-02-05,a/b\n"
    (tmp_path / "github" / "ranking-daily.csv.gz").write_bytes(gzip.compress(listed))
    assert recording(tmp_path, DEFAULT).days == (date(2026, 2, 7),)
    (tmp_path / "github" / "QwenLM+Qwen3").mkdir()
    star = {"login": "ann", "starred_at": "2026-02-04T00:00:00Z"}
    (tmp_path / "github" / "QwenLM+Qwen3" / "stargazers.jsonl").write_text(json.dumps(star))
    assert recording(tmp_path, DEFAULT).days == (date(2026, 2, 4),)
    (tmp_path / "huggingface").mkdir()
    (tmp_path / "huggingface" / "2026-02-01.models.jsonl").write_text('{"id": "a/b"}\n')
    found = recording(tmp_path, DEFAULT)
    assert found.days == (date(2026, 2, 1), date(2026, 2, 4))
    assert found.hub_for(found.days[1]).rows == []
    (tmp_path / "huggingface" / "2026-02-09.models.jsonl").write_text('{"id": "a/b"}\n')
    assert recording(tmp_path, DEFAULT).days == (date(2026, 2, 1), date(2026, 2, 9))


def test_packages_are_read_where_they_lie_and_nobody_is_asked_for_them(folder: Path, tmp_path: Path) -> None:
    environment = recording(folder, DEFAULT).environment("http://127.0.0.1:1", date(2026, 2, 1))
    assert (environment["ECOTONE_PACKAGES_FILE"], environment["ECOTONE_PACKAGES_URL"]) == ("", "off")
    (tmp_path / "only" / "packages").mkdir(parents=True)
    (tmp_path / "only" / "packages" / "2026-03-05.packages.jsonl.gz").touch()
    found = recording(tmp_path / "only", DEFAULT)
    assert found.days == (date(2026, 3, 5),)
    environment = found.environment("http://127.0.0.1:1", found.days[-1])
    assert environment["ECOTONE_PACKAGES_FILE"] == str(tmp_path / "only" / "packages")


def test_what_is_not_recorded_is_not_asked_for(tmp_path: Path) -> None:
    (tmp_path / "github" / "QwenLM+Qwen3").mkdir(parents=True)
    star = {"login": "ann", "starred_at": "2026-02-04T00:00:00Z"}
    (tmp_path / "github" / "QwenLM+Qwen3" / "stargazers.jsonl").write_text(json.dumps(star))
    found = recording(tmp_path, DEFAULT)
    known = found.listings_on(found.days[-1])
    assert known.pop("github/stargazers") == {
        "github:QwenLM/Qwen3": {"until": "2026-02-04T00:00:00+00:00", "lacks": None}
    }
    assert not any(known.values())
    api = {f"{one.source}/{one.stream}" for one in discover().values() if one.pool in {"github_api", "huggingface_api"}}
    assert api <= {*known, "github/stargazers"}
    (tmp_path / "huggingface").mkdir()
    (tmp_path / "huggingface" / "2026-02-04.models.jsonl").write_text('{"id": "a/b"}\n')
    assert not any(name.startswith("huggingface/") for name in recording(tmp_path, DEFAULT).listings_on(found.days[-1]))


def test_the_recorded_data_beside_the_checkout_has_five_days(shared_data: Path) -> None:
    found = recording(shared_data, DEFAULT)
    assert [day.isoformat() for day in found.days] == [
        "2026-06-05",
        "2026-08-19",
        "2026-08-20",
        "2026-08-21",
        "2026-08-22",
    ]
    assert len(found.hub_for(found.days[-1]).rows) == 15_156
    assert Path(Settings(home=Path(), catalogue=Path(), git_url=found.git_url).git_url_of("QwenLM/Qwen3")).exists()
    assert list(found.github.listings) == ["github:tinyhumansai/openhuman"]
    assert found.github.counts["github/openhuman"] == {"forks": 2_111, "stargazers": 22_977}
    assert not [problem for problem in found.github.problems if problem.loses]
    until = {name: one.until for name, one in found.github.listings["github:tinyhumansai/openhuman"].items()}
    assert until == {
        "forks": datetime(2026, 5, 20, 10, 34, 16, tzinfo=UTC),
        "stargazers": datetime(2026, 5, 20, 11, 0, 41, tzinfo=UTC),
    }
