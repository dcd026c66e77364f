"""The report of a run: failures taken apart by subject, reasons told once."""

from __future__ import annotations

import pytest
from small_world import launch

from pipelines.cli.reports import run as report

CASES = [
    ("", {}, None),
    (
        "a: github:o/a: it is damaged\nb: hf-org:b: the Hub said no: 503",
        {"github:o/a": "it is damaged", "hf-org:b": "the Hub said no: 503"},
        None,
    ),
    ("a: github:o/a: first line\n  second line", {"github:o/a": "first line second line"}, None),
    ("LakeError: the disk is full", {}, "LakeError: the disk is full"),
]


@pytest.mark.parametrize(("text", "failed", "broken"), CASES)
def test_a_step_that_failed_names_its_subjects_or_what_stopped_it(
    text: str, failed: dict[str, str], broken: str | None
) -> None:
    assert report.taken_apart(text) == (failed, broken)


def test_reasons_that_differ_in_the_name_alone_are_one() -> None:
    reasons = {
        "github:o/a": "no recording of o/a at /git/o+a.bundle",
        "github:o/b": "no recording of o/b at /git/o+b.bundle",
        "github:o/c": "o/c is in no list",
    }
    assert report.grouped(reasons) == {
        "no recording of … at /git/….bundle": ["github:o/a", "github:o/b"],
        "o/c is in no list": ["github:o/c"],
    }


@pytest.mark.parametrize(
    ("failed_steps", "published"),
    [({}, True), ({"sources__git_commits": "x"}, True), ({"metrics__forks": "x"}, False)],
)
def test_what_was_not_published_is_worse_than_what_was_not_fetched(
    failed_steps: dict[str, str], published: bool
) -> None:
    summary = launch.Summary(failed_steps=failed_steps)
    assert summary.published is published
    assert report.exit_code([], summary) == (0 if published else 1)
