"""`ecotone sql`: shown as asked, read-only, refused in DuckDB's own words."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from small_world import World, call

from pipelines.cli import sql as module
from pipelines.cli.reports.published import open_published
from pipelines.settings import Settings


def test_elsewhere_than_on_a_terminal_it_is_csv(world: World) -> None:
    said = world.call("sql", "SELECT name, created_at, license FROM staging.model ORDER BY name LIMIT 1")
    assert said.code == 0
    assert said.out == "name,created_at,license\nsound/Model-1,2026-06-01T00:00:00+00:00,apache-2.0\n"


def test_csv_quotes_what_must_be_and_leaves_null_empty(world: World) -> None:
    said = world.call("sql", "SELECT 'a,\"b\"\nc' AS text, NULL AS nothing, [1, 2] AS list")
    assert list(csv.reader(said.out.splitlines(keepends=True))) == [
        ["text", "nothing", "list"],
        ['a,"b"\nc', "", "[1, 2]"],
    ]


def test_json_is_one_array_of_objects_with_what_json_has(world: World) -> None:
    said = world.call(
        "sql",
        "--format=json",
        "SELECT 1.50::DECIMAL(4, 2) AS price, 'nan'::DOUBLE AS none, DATE '2026-01-02' AS day, "
        "{'a': [DATE '2026-01-03']} AS nested, TIMESTAMPTZ '2026-01-02 03:04:05+02' AS moment, true AS yes",
    )
    assert json.loads(said.out) == [
        {
            "price": 1.5,
            "none": None,
            "day": "2026-01-02",
            "nested": {"a": ["2026-01-03"]},
            "moment": "2026-01-02T01:04:05+00:00",
            "yes": True,
        }
    ]
    assert json.loads(world.call("sql", "--format=json", "SELECT 1 WHERE false").out) == []


def test_a_table_shows_the_first_rows_and_says_how_many_there_are(world: World) -> None:
    said = world.call("sql", "--format", "table", "SELECT range AS n, 'x' AS text FROM range(1500)")
    assert said.out.splitlines()[0].split() == ["n", "text"]
    assert len(said.out.splitlines()) == 2 + module.MOST_IN_A_TABLE + 1
    assert said.out.splitlines()[-1] == "… and 1,300 rows more: --format csv has them all."


def test_a_name_cannot_steer_the_terminal(world: World) -> None:
    said = world.call("sql", "--format", "table", "SELECT 'a' || chr(27) || '[2Jb' AS name")
    assert "\x1b" not in said.out


def test_the_question_may_come_on_stdin_and_be_several(world: World) -> None:
    said = world.call("sql", given="SET VARIABLE who = 2; SELECT getvariable('who') AS a;\nSELECT 3 AS b")
    assert said.out == "a\n2\nb\n3\n"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM ops.batch",
        "UPDATE ops.publication SET simulated = true",
        "CREATE TABLE mine (i INTEGER)",
        "DROP TABLE ops.coverage",
        "INSERT INTO ops.batch SELECT * FROM ops.batch",
        "COMMENT ON TABLE ops.coverage IS 'mine'",
    ],
)
def test_it_cannot_write(world: World, statement: str) -> None:
    before = (world.home / "ecotone.duckdb").read_bytes()
    said = world.call("sql", statement)
    assert said.code == 1
    assert "read-only" in said.err
    assert (world.home / "ecotone.duckdb").read_bytes() == before


def test_a_mistake_is_told_in_the_words_of_duckdb(world: World) -> None:
    said = world.call("sql", "SELECT * FROM staging.comit")
    assert said.code == 1
    assert said.err.startswith("ecotone: Catalog Error: Table with name comit does not exist!")
    assert 'Did you mean "' in said.err
    assert "Traceback" not in said.err
    assert "there is no question" in world.call("sql", given="  \n").err


def test_without_a_publication_it_says_how_to_make_one(tmp_path: Path) -> None:
    said = call("sql", "SELECT 1", ECOTONE_HOME=str(tmp_path))
    assert said.code == 1
    assert "`ecotone run`" in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_publication_is_told_with_its_remedy(own: World) -> None:
    published = own.home / "ecotone.duckdb"
    published.chmod(0o644)
    published.write_bytes(b"this is no database" * 1000)
    said = own.call("sql", "SELECT 1")
    assert said.code == 1
    assert f"{published} cannot be read" in said.err
    assert "`ecotone rebuild`" in said.err


def test_it_converses_a_question_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = iter(["", "SELECT 1 AS one", "  + 1;", "SELECT nonsense;", "SELECT 2 AS two;", "exit"])
    prompts: list[str] = []

    def answered(prompt: str) -> str:
        prompts.append(prompt)
        return next(lines)

    monkeypatch.setattr("builtins.input", answered)
    monkeypatch.setenv("ECOTONE_HOME", str(world.home))
    with open_published(Settings.from_environment()) as connection:
        module.converse(connection, "csv")
    said = capsys.readouterr()
    assert re.search(r"^staging: .*\bcommit, ", said.out, re.MULTILINE)
    assert "(1 AS one)" not in said.out
    assert "two\n2\n" in said.out
    assert "nonsense" in said.err
    assert prompts == ["ecotone> ", "ecotone> ", "   ...> ", "ecotone> ", "ecotone> ", "ecotone> "]


def test_the_prompt_ends_with_ctrl_d_and_ctrl_c_drops_a_line(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    events = iter(["SELECT 1", KeyboardInterrupt(), "SELECT 3 AS three;", EOFError()])

    def answered(_prompt: str) -> str:
        event = next(events)
        if isinstance(event, BaseException):
            raise event
        return event

    monkeypatch.setattr("builtins.input", answered)
    monkeypatch.setenv("ECOTONE_HOME", str(world.home))
    with open_published(Settings.from_environment()) as connection:
        module.converse(connection, "csv")
    assert "three\n3\n" in capsys.readouterr().out


def test_a_time_zone_of_the_machine_changes_nothing(world: World) -> None:
    query = "SELECT published_at FROM ops.publication"
    assert world.call("sql", query, TZ="Asia/Kolkata").out == world.call("sql", query, TZ="UTC").out
