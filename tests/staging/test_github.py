"""GitHub's streams in staging: what is gone, what was observed, what counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from told import a_comment, a_repository, an_issue, who


def test_a_stream_is_observed_when_its_first_pass_is_complete(installation: Any, now: Any) -> None:
    coverage = (
        "SELECT observed_until, expected_total, held_total, difference, row_count FROM ops.coverage "
        "WHERE subject_id = 'github:1' AND stream = 'issues'"
    )
    installation.tell("issues", "o/a", [an_issue(1)], complete=False, state={"cursor": "x"})
    assert installation.ask(coverage) == [(None, None, None, None, 1)]
    began = now - timedelta(hours=1)
    installation.tell(
        "issues", "o/a", [an_issue(2)], state={"observed_until": began.isoformat(), "total": 3, "pass": 1}
    )
    assert installation.ask(coverage) == [(began, 3, 2, 1, 2)]


def test_what_a_complete_pass_no_longer_shows_is_gone_and_nothing_else_is(installation: Any, now: Any) -> None:
    day = timedelta(days=1)
    first = {"observed_until": now.isoformat(), "total": 4, "pass": 1, "began": now.isoformat()}
    installation.tell(
        "issues", "o/a", [an_issue(1, comments=[a_comment(1, "account:7", now)]), an_issue(2), an_issue(4)], state=first
    )
    issues = "SELECT number FROM staging.issue ORDER BY 1"
    sweep = {"full": True, "number": 2, "began": (now + day).isoformat()}
    installation.tell("issues", "o/a", [an_issue(2)], at=now + day, complete=False, state={**first, "sweep": sweep})
    installation.tell("issues", "o/a", [an_issue(4)], at=now + 2 * day, state={**first, "sweep": sweep})
    assert installation.ask(issues) == [(1,), (2,), (4,)]
    second = {"observed_until": now.isoformat(), "total": 3, "pass": 2, "began": (now + day).isoformat()}
    installation.tell("issues", "o/a", [an_issue(3)], at=now + 3 * day, state=second)
    assert installation.ask(issues) == [(2,), (3,), (4,)]
    assert installation.ask("SELECT count(*) FROM staging.issue_response") == [(0,)]
    assert installation.ask("SELECT held_total, difference FROM ops.coverage WHERE held_total > 0") == [(3, 0)]


def test_what_is_switched_off_is_known_to_be_empty(installation: Any, now: Any) -> None:
    installation.tell("repositories", "o/a", [a_repository(1, "o/a", has_issues=False, has_discussions=True)])
    rows = (
        "SELECT stream, observed_until, status, reason FROM ops.coverage "
        "WHERE subject_id = 'github:1' AND stream IN ('issues', 'discussions') ORDER BY 1"
    )
    assert installation.ask(rows) == [
        ("discussions", None, "never", "not fetched yet"),
        ("issues", now, "ok", "issues are disabled"),
    ]


def test_first_close_reopening_and_readiness(installation: Any, now: Any) -> None:
    day = timedelta(days=1)
    installation.tell(
        "issues",
        "o/a",
        [
            an_issue(1, closed_at=now - day, first_closed_at=now - 2 * day, **who("closed_by", "account:8")),
            an_issue(2, first_closed_at=now - 2 * day),
            an_issue(3, closed_at=now - day, first_closed_at=now - day),
            an_issue(4),
        ],
    )
    assert installation.ask("SELECT number, closed_at, closed_by_id, reopened FROM staging.issue ORDER BY 1") == [
        (1, now - 2 * day, "account:8", True),
        (2, now - 2 * day, None, True),
        (3, now - day, None, False),
        (4, None, None, False),
    ]
    change = {"repository_id": "github:1", "created_at": now - 5 * day}
    installation.tell(
        "pull_requests",
        "o/a",
        [
            {"pull_request_id": "github:pull:1", "number": 1, **change},
            {"pull_request_id": "github:pull:2", "number": 2, **change, "is_draft": True},
            {
                "pull_request_id": "github:pull:3",
                "number": 3,
                **change,
                "ready_at": now - day,
                "merged_at": now,
                "closed_at": now,
                **who("merged_by", "account:9"),
            },
            {
                "pull_request_id": "github:pull:4",
                "number": 4,
                **change,
                "closed_at": now,
                **who("closed_by", "account:8"),
            },
        ],
    )
    assert installation.ask("SELECT number, ready_at, closed_by_id FROM staging.pull_request ORDER BY 1") == [
        (1, now - 5 * day, None),
        (2, None, None),
        (3, now - day, "account:9"),
        (4, now - 5 * day, "account:8"),
    ]
    assert installation.ask("SELECT kind, person_id FROM staging.review ORDER BY 1") == [
        ("close", "account:8"),
        ("merge", "account:9"),
    ]


def test_contributions_of_every_kind(installation: Any, now: Any) -> None:
    by, day = who("author", "account:7"), timedelta(days=1)
    installation.tell("repositories", "o/a", [a_repository(1, "o/a")])
    installation.tell("commits", "o/a", [{"sha": "1", "author_key": "account:7"}])
    installation.tell(
        "issues", "o/a", [an_issue(1, **by, comments=[a_comment(1, "account:7", now), a_comment(2, None, now)])]
    )
    review = {"review_id": "github:review:1", **by, "submitted_at": now - day, "state": "APPROVED"}
    installation.tell(
        "pull_requests",
        "o/a",
        [
            {
                "repository_id": "github:1",
                "pull_request_id": "github:pull:1",
                **by,
                "comments": [a_comment(3, "account:7", now)],
                "reviews": [review],
            }
        ],
    )
    installation.tell(
        "discussions",
        "o/a",
        [
            {
                "repository_id": "github:1",
                "discussion_id": "github:discussion:1",
                **by,
                "comments": [a_comment(4, "account:7", now)],
            }
        ],
    )
    assert installation.ask("SELECT kind, person_id, subject_id FROM staging.contribution ORDER BY 1") == [
        (kind, "account:7", "github:1")
        for kind in (
            "change_request",
            "change_request_comment",
            "commit",
            "discussion",
            "discussion_comment",
            "issue",
            "issue_comment",
            "review",
        )
    ]


def test_dates_that_cannot_be_are_counted_and_left_out(installation: Any, now: Any) -> None:
    installation.tell(
        "forks",
        "o/a",
        [
            {"repository_id": "github:1", "fork_id": "github:11"},
            {"repository_id": "github:1", "fork_id": "github:12", "created_at": now + timedelta(days=30)},
        ],
        state={"total": 2, "observed_until": now.isoformat(), "pass": 1},
    )
    assert installation.ask("SELECT fork_id FROM staging.fork") == [("github:11",)]
    assert installation.ask(
        "SELECT quarantined, held_total FROM ops.coverage WHERE stream = 'forks' AND held_total > 0"
    ) == [(1, 2)]
