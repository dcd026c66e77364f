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


def test_what_is_walked_is_known_from_its_newest_side(installation: Any, now: Any) -> None:
    since = now - timedelta(days=400)
    known = {"observed_until": now.isoformat(), "known_from": since.isoformat(), "pass": 0, "version": 2}
    installation.tell("issues", "o/a", [an_issue(1), an_issue(2)], complete=False, state=known)
    asked = (
        "SELECT observed_until, known_from, expected_total, held_total, difference, older_total FROM ops.coverage "
        "WHERE subject_id = 'github:1' AND stream = 'issues'"
    )
    assert installation.ask(asked) == [(now, since, None, None, None, None)]
    counted = {**known, "total": 9, "expected": 3, "older": 6}
    installation.tell("issues", "o/a", [an_issue(3)], at=now + timedelta(hours=1), state=counted)
    assert installation.ask(asked) == [(now, since, 3, 3, 0, 6)]
    whole = {"observed_until": now.isoformat(), "total": 3, "expected": 3, "pass": 1, "version": 2}
    installation.tell("issues", "o/a", [], at=now + timedelta(hours=2), state={**whole, "began": now.isoformat()})
    assert installation.ask(asked) == [(now, None, 3, 3, 0, None)]


def test_what_was_found_to_be_gone_is_gone_until_it_is_told_again(installation: Any, now: Any) -> None:
    state = {"observed_until": now.isoformat(), "total": 3, "pass": 1, "began": now.isoformat(), "version": 2}
    installation.tell("issues", "o/a", [an_issue(number) for number in (1, 2, 3)], state=state)
    later = now + timedelta(days=1)
    fewer = {**state, "total": 2, "expected": 2}
    installation.tell("issues", "o/a", [], at=later, state=fewer)
    counted = "SELECT expected_total, held_total, difference FROM ops.coverage WHERE held_total > 0"
    assert installation.ask(counted) == [(2, 3, -1)]
    assert installation.ask("SELECT max(differing) FROM ops.entity_coverage WHERE stream = 'issues'") == [(1,)]
    installation.tell("issues", "o/a", [an_issue(2, gone_at=later)], at=later + timedelta(hours=1), state=fewer)
    assert installation.ask("SELECT number FROM staging.issue ORDER BY 1") == [(1,), (3,)]
    assert installation.ask(counted) == [(2, 2, 0)]
    installation.tell("issues", "o/a", [an_issue(2)], at=later + timedelta(hours=2), state=state)
    assert installation.ask("SELECT number FROM staging.issue ORDER BY 1") == [(1,), (2,), (3,)]


def an_event(number: int, kind: str, at: Any, label: str | None = None) -> dict[str, Any]:
    return {"event_id": f"EV_{number}", "kind": kind, "label": label, "occurred_at": at}


def test_an_issue_that_was_opened_again_is_open(installation: Any, now: Any) -> None:
    """A stale app closes 12, their authors reopen each; one is closed for good; one an earlier version has fetched."""
    day = timedelta(days=1)
    opened = now - 100 * day
    rows = [
        an_issue(
            number,
            created_at=opened,
            first_closed_at=opened + day,
            events=[
                an_event(10 * number, "closed", opened + day),
                an_event(10 * number + 1, "reopened", opened + 2 * day),
            ],
        )
        for number in range(1, 13)
    ]
    closings = [
        an_event(900, "closed", opened + day),
        an_event(901, "reopened", opened + 2 * day),
        an_event(902, "closed", opened + 3 * day),
    ]
    rows.append(
        an_issue(13, created_at=opened, first_closed_at=opened + day, closed_at=opened + 3 * day, events=closings)
    )
    rows.append(an_issue(14, created_at=opened, first_closed_at=opened + day))
    installation.tell("issues", "o/a", rows)
    state = "SELECT opened_at, closed_at FROM staging.issue_state WHERE issue_id = 'github:issue:{}' ORDER BY 1"
    assert installation.ask(state.format(1)) == [(opened, opened + day), (opened + 2 * day, None)]
    assert installation.ask(state.format(13)) == [(opened, opened + day), (opened + 2 * day, opened + 3 * day)]
    assert installation.ask(state.format(14)) == [(opened, None)]
    assert installation.ask("SELECT count(*) FROM staging.issue_state WHERE closed_at IS NULL") == [(13,)]


def test_what_is_dated_before_its_beginning_is_set_aside_and_counted(installation: Any, now: Any) -> None:
    early, day = now - timedelta(days=9), timedelta(days=1)
    opened = {"created_at": now - 5 * day}
    comments = [a_comment(1, "account:7", early), a_comment(2, "account:8", now - day)]
    installation.tell(
        "issues",
        "o/a",
        [an_issue(1, **opened, comments=comments), an_issue(2, **opened, closed_at=early, first_closed_at=early)],
    )
    review = {"review_id": "github:review:1", **who("author", "account:9"), "submitted_at": early, "state": "APPROVED"}
    change = {"repository_id": "github:1", "pull_request_id": "github:pull:1", "number": 1}
    installation.tell(
        "pull_requests", "o/a", [{**change, **opened, "merged_at": early, "closed_at": early, "reviews": [review]}]
    )
    assert installation.ask("SELECT person_id FROM staging.issue_response") == [("account:8",)]
    assert installation.ask("SELECT number, closed_at FROM staging.issue ORDER BY 1") == [(1, None), (2, None)]
    assert installation.ask("SELECT count(*) FROM staging.issue_state WHERE closed_at IS NULL") == [(1,)]
    assert installation.ask("SELECT merged_at, closed_at FROM staging.pull_request") == [(None, None)]
    assert installation.ask("SELECT count(*) FROM staging.review") == [(0,)]
    assert installation.ask("SELECT stream, quarantined FROM ops.coverage WHERE quarantined > 0 ORDER BY 1") == [
        ("issues", 2),
        ("pull_requests", 2),
    ]


def test_fields_of_change_requests_and_labels(installation: Any, now: Any) -> None:
    day = timedelta(days=1)
    events = [
        an_event(1, "draft", now - 4 * day),
        an_event(2, "ready", now - 2 * day),
        an_event(3, "labeled", now - 3 * day, "bug"),
        an_event(4, "labeled", now - 3 * day, "documentation"),
        an_event(5, "unlabeled", now - day, "bug"),
    ]
    change = {"repository_id": "github:1", "pull_request_id": "github:pull:1", "number": 1, "created_at": now - 5 * day}
    fields = {"additions": 40, "deletions": 2, "changed_files": 3, "head_agent": "codex", "events": events}
    installation.tell("pull_requests", "o/a", [{**change, **fields}])
    asked = "SELECT additions, deletions, changed_files, head_agent, labels, len(drafts) FROM staging.pull_request"
    assert installation.ask(asked) == [(40, 2, 3, "codex", ["documentation"], 2)]
