"""Where a value of a TOML text stands, however it is laid out."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import soak
from hypothesis import given
from hypothesis import strategies as st

from pipelines.catalogue.lines import locate

REPOSITORY = Path(__file__).resolve().parents[2]
ODD = '''# [[project]] label = "no"
simulated = false # "same"
"same" = 'same'
same2 = "same"
[a."b.c".'d']   # a # b
e . f = 1
[[project]]
"l\\u0061bel" = """one
\\""" [[two]] # no
three"""
list = ["a # b", # ] }
  'c]', { x = 1, y = [ # }
    "d", "e" ] },

  """multi
line""", "after"
]
[project.sub]
x = """"quoted""""
[[project]]
list = []
[[project.inner]]
z = 1979-05-27T07:32:00Z
[[project.inner]]
z = +1_000.5e3 # end'''


def paths(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """The path of everything in a parsed TOML."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path}.union(*(paths(item, (*path, key)) for key, item in items))


def test_everything_in_an_odd_layout_has_its_line() -> None:
    lines = locate(ODD)
    expected = {
        ("simulated",): 2,
        ("same",): 3,
        ("same2",): 4,
        ("a", "b.c", "d"): 5,
        ("a", "b.c", "d", "e", "f"): 6,
        ("project", 0): 7,
        ("project", 0, "label"): 8,
        ("project", 0, "list"): 11,
        ("project", 0, "list", 0): 11,
        ("project", 0, "list", 1): 12,
        ("project", 0, "list", 2): 12,
        ("project", 0, "list", 2, "y"): 12,
        ("project", 0, "list", 2, "y", 0): 13,
        ("project", 0, "list", 2, "y", 1): 13,
        ("project", 0, "list", 3): 15,
        ("project", 0, "list", 4): 16,
        ("project", 0, "sub", "x"): 19,
        ("project", 1): 20,
        ("project", 1, "list"): 21,
        ("project", 1, "inner", 0, "z"): 23,
        ("project", 1, "inner", 1): 24,
        ("project", 1, "inner", 1, "z"): 25,
    }
    assert {path: lines[path] for path in expected} == expected
    assert set(lines) == paths(tomllib.loads(ODD))


def test_line_ends_of_windows_count_once() -> None:
    assert locate(ODD.replace("\n", "\r\n")) == locate(ODD)


@pytest.mark.parametrize("text", ["", "\n", "# nothing", "   "])
def test_a_text_without_values_has_only_itself(text: str) -> None:
    assert locate(text) == {(): 1}


@pytest.mark.parametrize(
    "file",
    [
        "ecosystems.toml",
        "pyproject.toml",
        "pipelines/staging/rules/machines.toml",
        "pipelines/sources/email_domains.toml",
    ],
)
def test_nothing_in_a_real_file_is_missed(file: str) -> None:
    text = (REPOSITORY / file).read_text(encoding="utf-8")
    assert set(locate(text)) == paths(tomllib.loads(text))


blanks = st.sampled_from(["", " ", "\t"])
gaps = st.sampled_from(["", " ", "\n", " # it's \"[[{\n", "\n\n"])
quotes = st.sampled_from(["'{}'", '"{}"', "'''{}'''", '"""{}"""', '"\\"{}#]"', '"""\n{}\n"""'])


@st.composite
def layouts(draw: st.DrawFn) -> str:
    """A list of tables with lists, each value unique in the text and laid out at random."""
    number = 0
    pieces = []
    for _ in range(draw(st.integers(1, 3))):
        pieces.append(f"[[{draw(blanks)}t{draw(blanks)}]]{draw(st.sampled_from(['', ' # x = 1']))}\n")
        for key in range(draw(st.integers(0, 3))):
            values = []
            for _ in range(draw(st.integers(0, 3))):
                value = draw(quotes).format(f"v{number}v")
                number += 1
                table = f"{{{draw(blanks)}k = {value}{draw(blanks)}}}"
                values.append(draw(gaps) + (table if draw(st.booleans()) else value) + draw(gaps))
            pieces.append(f"k{key}{draw(blanks)}={draw(blanks)}[{','.join(values)}]\n{draw(gaps)}\n")
    return "".join(pieces)


@soak.examples(usual=60, full=5_000)
@given(layouts())
def test_each_value_is_found_where_it_stands(text: str) -> None:
    data, lines = tomllib.loads(text), locate(text)
    assert set(lines) == paths(data)
    for path in lines:
        value: Any = data
        for step in path:
            value = value[step]
        if isinstance(value, str):
            marker = value.strip().strip('"#]\n')
            line = lines[path]
            # a text that begins on its line and goes on below counts where it begins
            assert marker in "\n".join(text.split("\n")[line - 1 : line + 1])
