"""What may stand in the repository: no file of one machine, no file that nobody can read in one sitting."""

from __future__ import annotations

import re
from pathlib import Path

MOST_LINES = 331  # "about 300": what a tenth more does not spoil
CODE = {".py", ".sql", ".sh", ".js", ".css", ".html", ".jinja", ".graphql"}
# A longer file, with its reason.
LONGER: dict[str, str] = {
    "pipelines/sandbox/github/server/schema.graphql": "GitHub's names of what is asked of it, type by type",
    "pipelines/cli/main.py": "how each command is called, side by side: most of it is their help",
    "tests/support/fictional.py": "one fictional published file, written out table by table",
}
# Written in pieces so that this file does not hold them.
MACHINE_PATHS = re.compile(
    "|".join(["/" + "work/", "/" + "tmp/p/", "/" + "root/", "/" + r"home/\w", "/" + r"Users/\w"])
)
CONFLICT = re.compile("^(<{7} |={7}$|>{7} )", re.MULTILINE)
MOST_BYTES = 2_000_000


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


def test_no_file_names_a_path_of_somebodys_machine(root: Path, tracked: list[Path]) -> None:
    found = {
        f"{path.relative_to(root)}:{number}"
        for path in tracked
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if MACHINE_PATHS.search(line)
    }
    assert not found


def test_no_file_is_half_merged(root: Path, tracked: list[Path]) -> None:
    assert not [str(path.relative_to(root)) for path in tracked if CONFLICT.search(text_of(path))]


def test_code_files_can_be_read_in_one_sitting(root: Path, tracked: list[Path]) -> None:
    lengths = {
        path.relative_to(root).as_posix(): len(text_of(path).splitlines()) for path in tracked if path.suffix in CODE
    }
    assert {name: length for name, length in lengths.items() if length > MOST_LINES and name not in LONGER} == {}


def test_no_exception_outlives_its_file(root: Path) -> None:
    for name in LONGER:
        assert len((root / name).read_text().splitlines()) > MOST_LINES, f"{name} needs no exception any more"


def test_no_data_or_build_product_is_tracked(root: Path, tracked: list[Path]) -> None:
    assert not [str(path.relative_to(root)) for path in tracked if path.stat().st_size > MOST_BYTES]
    products = {".parquet", ".duckdb", ".whl", ".pyc"}
    assert not [str(path.relative_to(root)) for path in tracked if path.suffix in products]
