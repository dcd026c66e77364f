"""openrouter_tokens over a loopback OpenRouter and recorded CSVs: what is fetched when, and what a bad day leaves."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stamina

from pipelines.catalogue import Catalogue, OpenRouterSelector, Project
from pipelines.errors import BadToken, Skipped, TerminalError, TransientError
from pipelines.ingestion.fetching import Ingestion
from pipelines.lake import Lake
from pipelines.sandbox.faults import Fault
from pipelines.sandbox.openrouter.server import OpenRouterServer, ranked
from pipelines.settings import Settings
from pipelines.sources import Batch, Request, web
from pipelines.sources.openrouter.client import REQUESTS_A_MINUTE, OpenRouterClient
from pipelines.sources.openrouter.tokens import DAYS_A_REQUEST, SOURCE, SUBJECT

NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)
YESTERDAY = date(2026, 8, 21)
DAYS = [YESTERDAY - timedelta(days=back) for back in range(40)]
PROJECT = Project("a", "A", "a", "us", "model", openrouter=(OpenRouterSelector("aurora-lab"),))


def tokens_of(day: date) -> dict[str, int]:
    """Sixty models, so that ten are among the rest."""
    return {f"aurora-lab/model-{number:02}": day.toordinal() * 60 - number for number in range(60)}


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture
def server() -> Iterator[OpenRouterServer]:
    with OpenRouterServer({day: tokens_of(day) for day in DAYS}) as server:
        yield server


def settings_of(server: OpenRouterServer | None, file: Path | None = None) -> Settings:
    home = Settings(home=Path("unused"), catalogue=Path("unused"), openrouter_file=str(file) if file else None)
    return home if server is None else replace(home, openrouter_url=server.endpoint, openrouter_api_key="sk-planted")


def fetch(settings: Settings, now: datetime = NOW, state: Mapping[str, Any] | None = None) -> list[Batch]:
    return list(SOURCE.fetch(Request(SUBJECT, PROJECT, settings, now, state=state)))


def rows_of(batches: list[Batch]) -> dict[tuple[date, str], int]:
    return {(row["day"], row["model"]): row["tokens"] for batch in batches for row in batch.table.to_pylist()}


def expected(days: list[date]) -> dict[tuple[date, str], int]:
    return {(day, name): n for day in days for name, n in ranked(tokens_of(day))}


def test_every_day_told_comes_with_its_rest_and_the_running_day_does_not(server: OpenRouterServer) -> None:
    batches = fetch(settings_of(server))
    assert rows_of(batches) == expected(DAYS)
    assert len(server.requests) == -(-366 // DAYS_A_REQUEST)
    assert (batches[-1].complete, batches[-1].reason) == (True, None)
    assert (batches[-1].state or {})["observed_until"] == "2026-08-22T00:00:00+00:00"
    rest = {row["model"] for batch in batches for row in batch.table.to_pylist() if row["is_other"]}
    assert rest == {"other"}


def test_settled_days_are_not_asked_for_again_and_the_newest_are(server: OpenRouterServer) -> None:
    state = fetch(settings_of(server))[-1].state
    server.requests.clear()
    server.tokens = {**server.tokens, date(2026, 8, 22): tokens_of(date(2026, 8, 22))}
    batches = fetch(settings_of(server), NOW + timedelta(days=1), state)
    assert [request.partition("?")[2] for request in server.requests] == ["start_date=2026-08-20&end_date=2026-08-22"]
    assert {day for day, _ in rows_of(batches)} == {date(2026, 8, 20), YESTERDAY, date(2026, 8, 22)}


def test_a_day_that_was_not_told_is_named_and_asked_for_until_it_is_given_up(server: OpenRouterServer) -> None:
    gap = date(2026, 8, 17)
    server.tokens = {day: models for day, models in server.tokens.items() if day != gap}
    first = fetch(settings_of(server))[-1]
    assert first.complete
    assert first.reason == "days of which OpenRouter told nothing: 1, the last of them 2026-08-17"
    server.tokens = {**server.tokens, gap: tokens_of(gap)}
    again = fetch(settings_of(server), NOW + timedelta(days=1), first.state)
    assert gap in {day for day, _ in rows_of(again)}
    assert (again[-1].complete, again[-1].reason) == (
        True,
        "days of which OpenRouter told nothing: 1, the last of them 2026-08-22",
    )


@pytest.mark.parametrize("kind", ["half", "html", "429", "502", "503"])
def test_what_passes_is_tried_again_and_nothing_is_lost(server: OpenRouterServer, kind: str) -> None:
    server.faults.append(Fault(kind, match="2026-08"))
    client = OpenRouterClient(server.endpoint, "sk-planted", sleep=lambda _seconds: None)
    assert len(client.rankings(date(2026, 8, 1), YESTERDAY).rows) == 21 * 51
    assert len(server.requests) == 2


@pytest.mark.parametrize("kind", ["half", "html", "502"])
def test_what_does_not_pass_keeps_what_was_had_and_the_next_fetch_repairs_it(
    server: OpenRouterServer, kind: str
) -> None:
    server.faults.append(Fault(kind, match="end_date=2026-08-21", times=None))
    batches = fetch(settings_of(server))
    had = {day for day, _ in rows_of(batches)}
    assert had
    assert YESTERDAY not in had
    assert not batches[-1].complete
    assert "OpenRouter's tokens of" in (batches[-1].reason or "")
    assert batches[-1].state is None
    server.faults.clear()
    assert rows_of(fetch(settings_of(server))) == expected(DAYS)


def test_hostile_rows_are_left_out_and_counted_and_a_script_is_a_name(server: OpenRouterServer) -> None:
    server.faults.append(Fault("hostile", match="end_date=2026-08-21"))
    batches = fetch(settings_of(server))
    assert [n for (_, name), n in rows_of(batches).items() if name == "</script><script>alert(1)</script>"] == [1]
    assert batches[-1].complete
    assert "rows left out because they name no day, model or count: 3" in (batches[-1].reason or "")


@pytest.mark.parametrize(("kind", "error"), [("401", BadToken), ("400", TerminalError), ("no-list", TerminalError)])
def test_a_refusal_is_terminal_and_asked_once(server: OpenRouterServer, kind: str, error: type[Exception]) -> None:
    server.faults.append(Fault(kind, times=None))
    with pytest.raises(error, match="OPENROUTER_API_KEY" if kind == "401" else "2025"):
        fetch(settings_of(server))
    assert len(server.requests) == 1


def test_nobody_there_is_transient_and_names_the_address() -> None:
    with OpenRouterServer({}) as gone:
        settings = settings_of(gone)
    with pytest.raises(TransientError, match=r"127\.0\.0\.1"):
        fetch(settings)


def test_the_thirty_first_request_of_a_minute_waits(server: OpenRouterServer) -> None:
    waits: list[float] = []
    client = OpenRouterClient(server.endpoint, "sk-planted", sleep=waits.append)
    for _ in range(REQUESTS_A_MINUTE):
        client.rankings(YESTERDAY, YESTERDAY)
    assert waits == []
    with pytest.raises(TransientError, match="429"):  # the sandbox counts, too, and nobody really waited
        client.rankings(YESTERDAY, YESTERDAY)
    assert 55 < waits[0] <= 60


def test_without_key_and_file_it_is_skipped_with_what_they_would_add() -> None:
    with pytest.raises(Skipped, match=r"OPENROUTER_API_KEY is not set.*shares"):
        fetch(settings_of(None))
    assert SOURCE.subjects(PROJECT) == [SUBJECT]
    assert SOURCE.subjects(replace(PROJECT, openrouter=())) == []


def test_a_recorded_csv_is_imported_once_and_its_growth_with_its_last_day_again(tmp_path: Path) -> None:
    file = tmp_path / "tokens.csv"
    file.write_text(
        "date,model,tokens,note\n2026-08-01,a/x,5,\n2026-08-02,a/x,6,\n2026-08-02,other,7,\n2026-09-01,a/x,1,\n"
    )
    first = fetch(settings_of(None, file))
    assert rows_of(first) == {
        (date(2026, 8, 1), "a/x"): 5,
        (date(2026, 8, 2), "a/x"): 6,
        (date(2026, 8, 2), "other"): 7,
    }
    assert first[-1].complete
    assert fetch(settings_of(None, file), state=first[-1].state) == []
    file.write_text(file.read_text().replace("a/x,6", "a/x,60") + "2026-08-03,a/x,8,\nx,a/x,9,\n")
    second = fetch(settings_of(None, file), state=first[-1].state)
    assert rows_of(second) == {
        (date(2026, 8, 2), "a/x"): 60,
        (date(2026, 8, 2), "other"): 7,
        (date(2026, 8, 3), "a/x"): 8,
    }
    assert "tokens.csv line 7" in (second[-1].reason or "")


@pytest.mark.parametrize("text", ["day,model\n", None])
def test_a_file_that_is_none_is_named(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "tokens.csv"
    if text is not None:
        file.write_text(text)
    with pytest.raises(TerminalError, match=r"ECOTONE_OPENROUTER_FILE: .*tokens\.csv"):
        fetch(settings_of(None, file))


def test_projects_that_share_it_ask_once_and_a_second_run_of_the_day_asks_nothing(
    server: OpenRouterServer, tmp_path: Path
) -> None:
    text = '[[ecosystem]]\nid = "e"\nlabel = "E"\n' + "".join(
        f'[[project]]\nlabel = "{name}"\necosystem = "e"\nregion = "us"\nlayer = "model"\nopenrouter = ["{name}"]\n'
        for name in ("aurora-lab", "other-lab")
    )
    catalogue = Catalogue.parse(text)
    settings = replace(settings_of(server), home=tmp_path, fixed_now=NOW)
    with Lake(settings.lake) as lake:
        ingestion = Ingestion(SOURCE, catalogue, settings, lake)
        server.faults.append(Fault("400", times=None))
        failed = list(ingestion.run(catalogue.projects))
        assert len(server.requests) == 1, "a subject that failed for one project is not asked for again for the next"
        assert [outcome.status for project in failed for outcome in project.outcomes] == ["failed", "failed"]
        server.faults.clear()
        statuses = [outcome.status for project in ingestion.run(catalogue.projects) for outcome in project.outcomes]
        assert sorted(statuses) == ["ok", "unchanged"]
        asked = len(server.requests)
        again = [outcome.status for project in ingestion.run(catalogue.projects) for outcome in project.outcomes]
        assert again == ["unchanged", "unchanged"]
        assert len(server.requests) == asked


def test_a_byte_that_is_not_utf8_costs_its_line_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "tokens.csv"
    path.write_bytes(b"date,model,tokens\n2026-08-20,a/one,5\n2026-08-20,a/tw\xffo,6\n2026-08-20,a/three,7\n")
    batches = fetch(settings_of(None, path))
    assert rows_of(batches) == {(date(2026, 8, 20), "a/one"): 5, (date(2026, 8, 20), "a/three"): 7}
    assert "tokens.csv line 3, not UTF-8" in (batches[-1].reason or "")


@pytest.mark.parametrize("kind", ["silent", "drip", "trickle"])
def test_an_openrouter_that_comes_to_no_end_costs_its_time_once(
    server: OpenRouterServer, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(web, "LIMITS", web.Limits(0.3, 0.4, 0.8))
    server.faults.append(Fault(kind, times=None))
    began = time.monotonic()
    for _run in range(3):
        with pytest.raises(web.NoAnswer, match="OpenRouter's tokens"):
            fetch(settings_of(server))
    assert time.monotonic() - began < 3
    web.ask_again()
