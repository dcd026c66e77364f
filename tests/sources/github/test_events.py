"""Labels of the short list by whatever they are called, and branches of listed agents; no more of them is kept."""

from __future__ import annotations

import pytest

from pipelines.sources.github.agents import agent_of_branch
from pipelines.sources.github.events import LABELS, events, label_of


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("bug", "bug"),
        ("type: bug", "bug"),
        ("Type/Bug", "bug"),
        ("kind/bug", "bug"),
        ("\N{BUG} Bug", "bug"),
        ("good-first-issue", "good first issue"),
        ("good_first_issue", "good first issue"),
        (":book: documentation", "documentation"),
        ("docs", "documentation"),
        ("Feature Request", "enhancement"),
        ("area: security", "security"),
        ("question", "question"),
        ("alice's pet", None),
        ("not a bug", None),
        ("debug", None),
        ("priority: high", None),
        ("", None),
    ],
)
def test_a_label_is_kept_by_our_name_or_not_at_all(name: str, label: str | None) -> None:
    assert label_of(name) == label


def test_every_listed_name_is_recognised() -> None:
    assert {label_of(name): label for label, names in LABELS.items() for name in names} == {
        label: label for label in LABELS
    }


def test_of_a_timeline_what_changes_a_state_is_kept_in_order() -> None:
    at = "2026-01-01T00:00:00Z"
    told = [
        {"__typename": "ClosedEvent", "id": "1", "createdAt": at},
        {"__typename": "LabeledEvent", "id": "2", "createdAt": at, "label": {"name": "for alice"}},
        {"__typename": "LabeledEvent", "id": "3", "createdAt": at, "label": {"name": "Bug"}},
        {"__typename": "IssueComment", "id": "4", "createdAt": at},
        {"__typename": "ReopenedEvent", "id": "5", "createdAt": at},
    ]
    assert [(one["event_id"], one["kind"], one["label"]) for one in events(told)] == [
        ("1", "closed", None),
        ("3", "labeled", "bug"),
        ("5", "reopened", None),
    ]


@pytest.mark.parametrize(
    ("branch", "agent"),
    [
        ("copilot/fix-42", "copilot"),
        ("Codex/retry", "codex"),
        ("claude/issue-7", "claude"),
        ("cursor/bug", "cursor"),
        ("devin/1234-thing", "devin"),
        ("jules/x", "jules"),
        ("alice/copilot", None),
        ("copilot", None),
        ("codexes/x", None),
        ("main", None),
        (None, None),
    ],
)
def test_a_branch_is_known_by_a_listed_prefix_alone(branch: str | None, agent: str | None) -> None:
    assert agent_of_branch(branch) == agent
