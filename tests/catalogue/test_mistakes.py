"""What is said of each mistake in ecosystems.toml: its line, and what to write instead."""

from __future__ import annotations

import pytest

from pipelines.catalogue import Catalogue
from pipelines.errors import CatalogueError

HEAD = """[[ecosystem]]
id = "qwen"
label = "Qwen"
[[ecosystem]]
id = "ggml"
label = "ggml"
"""
PROJECT = """[[project]]
label = "Qwen"
ecosystem = "qwen"
region = "china"
layer = "model"
repositories = ["QwenLM/Qwen3"]
"""


def mistakes(text: str) -> list[str]:
    """All that is said of a catalogue, a line each."""
    with pytest.raises(CatalogueError) as caught:
        Catalogue.parse(text)
    return str(caught.value).splitlines()


def mistake(text: str) -> str:
    """What is said of a catalogue with one mistake."""
    found = mistakes(text)
    assert len(found) == 1, found
    return found[0]


def with_line(old: str, new: str) -> str:
    assert old in HEAD + PROJECT
    return (HEAD + PROJECT).replace(old, new)


def second(line: str) -> str:
    """A catalogue with a second project that has this line."""
    project = '[[project]]\nlabel = "Other"\necosystem = "qwen"\nregion = "us"\nlayer = "model"\n'
    return f"{HEAD}{PROJECT}{project}{line}\n"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (with_line('region = "china"', 'region = "China"'), 10, "region 'China' is unknown: did you mean 'china'?"),
        (with_line('region = "china"', 'region = "asia"'), 10, "write one of china, us, eu, other, unknown."),
        (with_line('layer = "model"', 'layer = "modle"'), 11, "layer 'modle' is unknown: did you mean 'model'?"),
        (with_line('ecosystem = "qwen"', 'ecosystem = "qwn"'), 9, "ecosystem 'qwn' is unknown: did you mean 'qwen'?"),
        (with_line("region =", "regoin ="), 7, "a project has no region"),
        (HEAD + PROJECT + 'colour = "red"\n', 13, "unknown key 'colour' in a project: write one of id, label,"),
        ("projects = 1\n" + HEAD + PROJECT, 1, "unknown key 'projects' in the catalogue: did you mean 'project'?"),
        (with_line('label = "Qwen"\necosystem', "ecosystem"), 7, 'a project has no label: write label = "…".'),
        (with_line('layer = "model"', "layer = 1"), 11, "layer in a project must be a text in quotes"),
        (with_line('["QwenLM/Qwen3"]', '"QwenLM/Qwen3"'), 12, "repositories in a project must be a list, [like, this]"),
        (with_line('["QwenLM/Qwen3"]', "[1]"), 12, 'a repository is written "owner/name"'),
        (with_line('["QwenLM/Qwen3"]', "[]"), 7, "project 'qwen' has nothing to watch"),
        (with_line('"QwenLM/Qwen3"', '"Qwen3"'), 12, 'write "owner/name" as in github.com/owner/name.'),
        (with_line('"QwenLM/Qwen3"', '"https://github.com/QwenLM/Qwen3.git"'), 12, 'write "QwenLM/Qwen3".'),
        (with_line('"QwenLM/Qwen3"', '"git@github.com:QwenLM/Qwen3.git"'), 12, 'write "QwenLM/Qwen3".'),
        (with_line('"QwenLM/Qwen3"', '"QwenLM/.."'), 12, "is not the name of a GitHub repository"),
        (with_line('"QwenLM/Qwen3"', '{ id = "a/b" }'), 12, "a repository has no name"),
        (with_line('"QwenLM/Qwen3"', '{ name = "a/b", form = [] }'), 12, "did you mean 'former'?"),
        (
            with_line('"QwenLM/Qwen3"', '{ name = "a/b", fork_of = "b" }'),
            12,
            "'b' is not the name of a GitHub repository",
        ),
        (
            with_line('"QwenLM/Qwen3"', '{ name = "a/b", fork_of = ["c/d"] }'),
            12,
            "fork_of in a repository must be a text",
        ),
        (with_line('"QwenLM/Qwen3"', '{ name = "a/b", fork_of = "A/B" }'), 12, "A/B cannot be a fork of itself"),
        (
            with_line('"QwenLM/Qwen3"', '{ name = "a/b", from = "2020-01-01" }'),
            12,
            "a date without quotes, like 2025-02-16",
        ),
        (with_line('"QwenLM/Qwen3"', '{ name = "a/b", from = 2020-01-01T00:00:00Z }'), 12, "a date without quotes"),
        (HEAD + PROJECT + "from = 2025-01-01\nuntil = 2024-01-01\n", 14, "the project ends on 2024-01-01, not after"),
        (HEAD + PROJECT.replace('label = "Qwen"', 'label = "通义"'), 7, "the label '通义' gives no id: write id ="),
        (
            HEAD + PROJECT + 'id = "Qwen 3"\n',
            13,
            "the id 'Qwen 3' is not small letters, digits and hyphens: write id = \"qwen-3\".",
        ),
        (HEAD + HEAD[:41] + PROJECT, 8, "ecosystem 'qwen' stands in line 1, too"),
        (HEAD.replace('id = "ggml"\n', "") + PROJECT, 4, 'an ecosystem has no id: write id = "…".'),
        (HEAD + PROJECT + 'huggingface = ["https://huggingface.co/Qwen"]\n', 13, 'write "Qwen"'),
        (HEAD + PROJECT + 'huggingface = ["a/b/c"]\n', 13, '"organisation/name*"'),
        (HEAD + PROJECT + 'openrouter = ["https://openrouter.ai/qwen"]\n', 13, 'write "qwen"'),
        (HEAD + PROJECT + 'openrouter = ["Qwen"]\n', 13, '"author/name*"'),
        (
            HEAD + PROJECT + 'openrouter = ["qwen", "qwen/qwen3*"]\n',
            13,
            "selects models that qwen in line 13 selects, too",
        ),
        (
            HEAD + PROJECT + "[people]\ndomains = [\n 'a.example',\n 'x@a.example']\n",
            16,
            "'x@a.example' is not an e-mail domain",
        ),
        (HEAD, 1, "there is no project: add a [[project]]"),
        ("project = []\n", 1, "there is no project"),
        ('[project]\nlabel = "x"\n' + HEAD, 1, "project in the catalogue must be a list"),
        ("[[project]\n", 1, "this is not valid TOML"),
        (HEAD + 'label = "again"\n', 7, "this is not valid TOML: Cannot overwrite a value"),
        (HEAD + 'x = "', 7, "this is not valid TOML"),
    ],
)
def test_a_mistake_has_its_line_and_what_to_write_instead(text: str, line: int, said: str) -> None:
    found = mistakes(text)
    assert any(one.startswith(f"ecosystems.toml:{line}: ") and said in one for one in found), found


def test_a_project_without_any_ecosystem_is_told_to_add_one() -> None:
    assert 'there is no [[ecosystem]] yet: add one with id = "qwen".' in mistakes(PROJECT)[0]


def test_projects_that_would_share_a_partition_are_named() -> None:
    text = HEAD + PROJECT + PROJECT.replace("Qwen3", "Qwen2")
    assert mistake(text) == (
        "ecosystems.toml:14: project 'qwen' stands in line 7, too: remove one, or give it another id."
    )


@pytest.mark.parametrize("name", ["QwenLM/Qwen3", "qwenlm/qwen3"])
def test_a_repository_that_stands_twice_is_named_with_both_lines(name: str) -> None:
    assert mistake(second(f'repositories = [\n\n"{name}"]')) == (
        f"ecosystems.toml:20: {name} is catalogued twice: it stands in line 12, too (project qwen). Remove one."
    )


@pytest.mark.parametrize(
    "entry",
    [
        '{ name = "a/new", former = ["qwenlm/qwen3"] }',
        '{ name = "a/new", former = [{ name = "QwenLM/Qwen3", until = 2024-01-01 }] }',
        '{ name = "a/new", former = [{ name = "QwenLM/Qwen3", from = 2020-01-01, until = 2030-01-01 }] }',
    ],
)
def test_a_name_in_use_by_two_repositories_at_once_is_a_mistake(entry: str) -> None:
    found = mistake(second(f"repositories = [{entry}]"))
    assert found.startswith("ecosystems.toml:18: ")
    assert "is in use by two repositories at once: by QwenLM/Qwen3 at all times (line 12, project qwen)" in found


def test_former_names_of_two_repositories_that_overlap_are_a_mistake() -> None:
    text = second(
        'repositories = [{ name = "a/one", former = [{ name = "x/x", until = 2022-01-02 }] },\n'
        '{ name = "a/two", former = [{ name = "X/X", from = 2022-01-01, until = 2023-01-01 }] }]',
    )
    assert "by a/one until 2022-01-02" in mistake(text)
    assert "by a/two from 2022-01-01 until 2023-01-01" in mistake(text)
    assert Catalogue.parse(text.replace("until = 2022-01-02", "until = 2022-01-01"))


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('{ name = "a/b", former = [{ name = "c/d", from = 2022-01-01, until = 2022-01-01 }] }', "not after it began"),
        (
            '{ name = "a/b", from = 2021-01-01, former = [{ name = "c/d", until = 2022-01-01 }] }',
            "was it until 2022-01-01",
        ),
        ('{ name = "a/b", former = ["A/B"] }', "the same name stands twice"),
        (
            '{ name = "a/b", former = [{ name = "c/d", until = 2022-01-01 }, { name = "e/f", until = 2022-01-01 }] }',
            "two names of one repository at the same time",
        ),
        ('{ name = "a/b", former = [1] }', "a former name must be a table with name."),
        ('{ name = "a/b", former = ["b"] }', "is not the name of a GitHub repository"),
    ],
)
def test_names_of_one_repository_must_follow_one_another(entry: str, said: str) -> None:
    assert said in mistake(second(f"repositories = [{entry}]"))


def test_an_id_of_two_repositories_is_a_mistake() -> None:
    found = mistake(second('repositories = [{ name = "a/b", id = "qwenlm/qwen3" }]'))
    assert "the id qwenlm/qwen3 is also that of QwenLM/Qwen3 in line 12" in found


@pytest.mark.parametrize(
    ("one", "two", "clash"),
    [
        ("google", "Google", True),
        ("google", "google/gemma*", True),
        ("google/gemma*", "google/GEMMA*", True),
        ("google/gemma*", "google/gemma-3*", True),
        ("google/*", "google/gemma-3", True),
        ("google/gemma-2b", "google/gemma-?b", True),
        ("google/gemma*", "google/t5*", False),
        ("google/*gemma*", "google/*t5*", False),
        ("google", "google-bert", False),
    ],
)
def test_two_projects_may_not_select_the_same_models(one: str, two: str, clash: bool) -> None:
    text = second(f'huggingface = ["{two}"]').replace(
        '"QwenLM/Qwen3"]\n', f'"QwenLM/Qwen3"]\nhuggingface = ["{one}"]\n', 1
    )
    if not clash:
        assert Catalogue.parse(text)
        return
    found = mistake(text)
    assert found.startswith("ecosystems.toml:19: ")
    assert "in line 13 (project qwen) selects, too. Remove one, or write patterns" in found


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = with_line('region = "china"', 'region = "x"').replace('layer = "model"', 'layer = "y"') + "z = 1\n"
    found = mistakes(text)
    assert [one.partition(": ")[0] for one in found] == [f"ecosystems.toml:{line}" for line in (10, 11, 13)]
    with pytest.raises(CatalogueError) as caught:
        Catalogue.parse(text)
    assert (caught.value.file, caught.value.line) == ("ecosystems.toml", 10)


def test_forks_in_a_circle_are_named() -> None:
    one = '{ name = "a/b", fork_of = "c/d" }'
    found = mistakes(with_line('["QwenLM/Qwen3"]', f'[{one}, {{ name = "c/d", fork_of = "a/b" }}]'))
    assert len(found) == 2
    assert "a/b would be a fork of itself, by way of c/d: leave out the fork_of" in found[0]
