"""The working file: one owner at a time, laid out once, thrown away where it is damaged and only there."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import WarehouseError
from pipelines.warehouse.working_file import WorkingFile

LAYOUT = ("CREATE SCHEMA build", "CREATE TABLE build.made (name VARCHAR)")
ROWS = "CREATE TABLE rows AS SELECT i, hash(i)::VARCHAR AS text FROM range(300000) AS t(i)"


def working_file(folder: Path, code: str = "1") -> WorkingFile:
    return WorkingFile(folder / "warehouse.duckdb", code=code, layout=LAYOUT, published=folder / "ecotone.duckdb")


def overwrite(path: Path, start: float, share: float = 0.2) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(int(size * start))
        file.write(os.urandom(int(size * share)))


def filled(folder: Path) -> WorkingFile:
    file = working_file(folder)
    with file.open() as connection:
        connection.execute(ROWS)
    return file


def count(file: WorkingFile) -> int:
    with file.open() as connection:
        return len(connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'rows'").fetchall())


def test_it_is_kept_while_the_code_is_the_same(tmp_path: Path) -> None:
    filled(tmp_path)
    assert count(working_file(tmp_path)) == 1
    assert count(working_file(tmp_path, code="2")) == 0


@pytest.mark.parametrize("start", [0.0, 0.3, 0.5, 0.7])
def test_damage_is_thrown_away_when_it_shows(tmp_path: Path, start: float, caplog: pytest.LogCaptureFixture) -> None:
    file = filled(tmp_path)
    overwrite(file.path, start)
    with caplog.at_level(logging.WARNING, logger="ecotone"):
        if start:  # else it shows when the file is opened
            with pytest.raises(duckdb.Error), file.open() as connection:
                connection.execute("SELECT sum(length(text)), sum(i) FROM rows").fetchall()
        assert count(file) == 0
    assert len(caplog.records) == 1
    assert "is damaged" in caplog.text
    assert "made again from the lake" in caplog.text


def test_within_one_opening_the_new_file_takes_the_place_of_the_damaged_one(tmp_path: Path) -> None:
    file = filled(tmp_path)
    overwrite(file.path, 0.5)
    with file.kept_open(), file.open():
        with pytest.raises(duckdb.Error) as caught, file.open() as connection:
            connection.execute("SELECT sum(length(text)), sum(i) FROM rows").fetchall()
        assert file.recover(caught.value), "of the same error it says the same again"
        with file.open() as connection:
            assert connection.execute("SELECT count(*) FROM build.made").fetchall() == [(0,)]


@pytest.mark.parametrize("sql", ["SELECT * FROM nowhere", "SELECT 'a'::INT", "FROM read_parquet('nowhere.parquet')"])
def test_an_error_that_is_not_of_the_file_leaves_it(tmp_path: Path, sql: str) -> None:
    file = filled(tmp_path)
    with pytest.raises(duckdb.Error), file.open() as connection:
        connection.execute(sql).fetchall()
    assert count(file) == 1
    assert not file.was_damaged


def test_a_file_that_another_program_has_open_is_named_and_kept(tmp_path: Path) -> None:
    file = filled(tmp_path)
    script = f"import duckdb, sys; c = duckdb.connect({str(file.path)!r}); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "open\n"
        with pytest.raises(WarehouseError, match=r"open in another program.*ecotone\.duckdb"), file.open():
            pass
        other.communicate("")
    assert count(file) == 1


def test_who_throws_it_away_waits_for_who_builds(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    building, other = filled(tmp_path), working_file(tmp_path)
    with caplog.at_level(logging.WARNING, logger="ecotone"):
        with building.open() as connection:
            thread = threading.Thread(target=other.discard)
            thread.start()
            thread.join(0.3)
            assert thread.is_alive()
            assert connection.execute("SELECT count(*) FROM rows").fetchall() == [(300_000,)]
        thread.join(10)
    assert not thread.is_alive()
    assert "waiting for it to end" in caplog.text
    assert count(building) == 0


def test_who_waited_for_a_lock_that_was_deleted_takes_the_new_one(tmp_path: Path) -> None:
    first, second = working_file(tmp_path), working_file(tmp_path)
    opened = threading.Event()

    def open_second() -> None:
        with second.open():
            opened.set()

    with first.open():
        thread = threading.Thread(target=open_second)
        thread.start()
        thread.join(0.2)
        first.discard(with_lock=True)
        assert not opened.is_set()
    thread.join(10)
    assert opened.is_set()
    assert (tmp_path / "warehouse.lock").exists()
