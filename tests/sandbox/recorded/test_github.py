"""What recorded lines of GitHub are turned into, and what is told of those that cannot be read."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.catalogue import Catalogue
from pipelines.errors import ConfigurationError
from pipelines.sandbox.github.world.facts import Repository
from pipelines.sandbox.recorded.github import RecordedGitHub, recorded_github

CATALOGUE = Catalogue.parse("""
[[ecosystem]]
id = "one"
label = "One"
[[project]]
label = "A"
ecosystem = "one"
region = "unknown"
layer = "model"
repositories = ["lowmere/mill", { name = "lowmere/weir", former = [{ name = "oldmere/weir", until = 2025-01-01 }] }]
""")
SUBJECT = "github:lowmere/mill"
AT = "2026-01-01T00:00:00Z"
ISSUE: dict[str, Any] = {"number": 1, "author": "ann", "created_at": AT, "comments": []}
STAR = {"login": "ann", "starred_at": AT}
Write = Callable[..., RecordedGitHub]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str = "issues.jsonl", text: str | bytes = b"", *, folder: str = "lowmere+mill") -> RecordedGitHub:
        path = tmp_path / "github" / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return recorded_github(tmp_path, CATALOGUE)

    return written


def lines(*rows: object) -> str:
    return "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows)


def only(found: RecordedGitHub) -> Repository:
    (repository,) = found.world.repositories
    return repository


def losses(found: RecordedGitHub) -> list[str]:
    return [str(problem) for problem in found.problems if problem.loses]


def remarks(found: RecordedGitHub) -> list[str]:
    return [str(problem) for problem in found.problems if not problem.loses]


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ('{"number": 2', "lowmere+mill/issues.jsonl:2: the line is not JSON. Write one JSON object a line"),
        (b"\xff{}", "byte 1 of the line is not UTF-8. Export it again as UTF-8"),
        ("[]", "issues.jsonl:2: the line: input should be an object. docs/recorded.md says"),
        ({"number": 2, "author": "ann", "comments": []}, "issues.jsonl:2: created_at: field required."),
        ({**ISSUE, "number": "2"}, "number: input should be a valid integer"),
        ({**ISSUE, "number": 2, "created_at": "2026-01-01T00:00:00"}, "created_at: input should have timezone info"),
        ({**ISSUE, "number": 2, "created_at": 1_767_225_600}, "created_at: input should be a valid datetime"),
        ({**ISSUE, "number": 2, "comments": [{"created_at": AT}]}, "comments.author: field required"),
        ({**ISSUE, "number": 2, "comments": None}, "issues.jsonl:2: comments are not recorded"),
        ({**ISSUE, "number": 2, "comments_total": 4}, "fewer comments are recorded than comments_total says"),
        ({**ISSUE, "number": 2, "created_at": "2096-01-01T00:00:00Z"}, "a time that lies in the future"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_line_that_is_not_well_is_named_and_the_listing_is_not_whole(write: Write, bad: Any, told: str) -> None:
    text = lines(ISSUE).encode() + (bad + b"\n" if isinstance(bad, bytes) else lines(bad).encode())
    found = write(text=text + lines({**ISSUE, "number": 3}).encode())
    (loss,) = losses(found)
    assert told in loss
    assert {1, 3} <= {one.number for one in only(found).issues}
    listing = found.listings[SUBJECT]["issues"]
    assert listing.lacks
    assert listing.lacks.startswith("github/lowmere+mill/issues.jsonl:2: ")
    assert listing.until == datetime(2026, 1, 1, tzinfo=UTC)


def test_the_same_mistake_in_many_lines_is_told_once_with_the_first_of_them(write: Write) -> None:
    found = write(text=lines(ISSUE, *({"number": n} for n in range(2, 202))))
    (loss,) = losses(found)
    assert loss == (
        "github/lowmere+mill/issues.jsonl:2: author: field required; created_at: field required (also lines 3, 4, 5, 6 "
        "and 195 more). docs/recorded.md says what a line holds: mend or remove it."
    )


@pytest.mark.parametrize("cut", [0.5, 0.9, 0.999])
def test_a_file_that_breaks_off_gives_what_is_there(write: Write, cut: float) -> None:
    whole = gzip.compress(
        lines(*({**ISSUE, "number": n, "author": f"who-{n * 7919}"} for n in range(1, 5_000))).encode()
    )
    found = write("issues.jsonl.gz", whole[: int(len(whole) * cut)])
    (loss,) = losses(found)
    assert "the file breaks off or cannot be read here" in loss
    assert "Copy or export it again." in loss
    assert 0 < len(only(found).issues) < 5_000
    assert found.listings[SUBJECT]["issues"].lacks


def test_what_is_not_gzip_is_told(write: Write) -> None:
    found = write("issues.jsonl.gz", lines(ISSUE))
    assert "issues.jsonl.gz:1: the file breaks off or cannot be read here (Not a gzipped file" in losses(found)[0]
    assert found.listings == {SUBJECT: {}}  # nothing says up to when anything is known


def test_fields_that_nobody_reads_are_named_once(write: Write) -> None:
    comment = {"id": 5, "author": {"login": "bo", "name": "Bo"}, "created_at": AT, "body": "text", "url": "x"}
    found = write(text=lines(*({**ISSUE, "number": n, "titel": "?", "comments": [comment]} for n in range(1, 50))))
    assert losses(found) == []
    (remark,) = remarks(found)
    assert (
        "issues.jsonl:1: fields that are not read: comments.author.name, comments.body, comments.url, titel." in remark
    )
    assert found.listings[SUBJECT]["issues"].lacks is None


def test_what_is_told_again_counts_once_and_otherwise_as_it_was_told_last(write: Write) -> None:
    text = lines(STAR, STAR, {"login": "bo", "starred_at": AT}, {**STAR, "starred_at": "2026-01-05T00:00:00Z"})
    found = write("stargazers.jsonl", text)
    assert [(one.account.login, one.at.day) for one in only(found).stars] == [("ann", 5), ("bo", 1)]
    again, otherwise = remarks(found)
    assert "stargazers.jsonl:2: the line says again what one before it said, which counts once" in again
    assert "stargazers.jsonl:4: the line tells of something that one before it told of otherwise" in otherwise
    assert found.listings[SUBJECT]["stargazers"].lacks is None


def test_names_of_the_api_and_of_its_command_are_read_as_ours(write: Write) -> None:
    comment = {"id": "IC_kw", "author": {"login": "app/helper", "is_bot": True}, "createdAt": AT}
    told = {
        "id": "I_kw",
        "databaseId": 77,
        "number": 4,
        "author": {"login": "ann", "id": "U_kw"},
        "createdAt": AT,
        "closedAt": "2026-01-03T00:00:00+02:00",
        "stateReason": "COMPLETED",
        "authorAssociation": "MEMBER",
        "comments": [comment, {**comment, "id": "IC_kx", "author": {"login": "other[bot]"}}],
    }
    found = write(text=lines(told))
    assert losses(found) == []
    (issue,) = only(found).issues
    assert (issue.id, issue.number, issue.association, issue.author.login) == (77, 4, "MEMBER", "ann")
    assert issue.author.id < 0  # a node id is no database id
    assert [(one.kind, one.at, one.reason) for one in issue.events] == [
        ("closed", datetime(2026, 1, 2, 22, tzinfo=UTC), "COMPLETED")
    ]
    assert [(one.author.login, one.author.kind) for one in issue.comments] == [("helper", "Bot"), ("other", "Bot")]
    assert len({one.id for one in issue.comments}) == 2


def test_what_rest_answers_is_read_as_it_is(write: Write) -> None:
    user = {"login": "ann", "id": 5, "type": "User", "site_admin": False}
    fork = {"id": 9, "full_name": "ann/mill", "owner": user, "created_at": AT, "pushed_at": AT, "archived": True}
    write("forks.jsonl", lines(fork))
    release = {"id": 3, "tag_name": "v1", "author": user, "created_at": AT, "published_at": AT, "prerelease": True}
    write("releases.jsonl", lines(release))
    comment = {"id": 8, "user": {**user, "login": "helper[bot]", "type": "Bot"}, "created_at": AT}
    closed = {"event": "closed", "actor": user, "created_at": AT, "state_reason": None}
    found = write(text=lines({"number": 1, "user": user, "created_at": AT, "comments": [comment], "events": [closed]}))
    assert losses(found) == []
    one = only(found)
    assert (one.forks[0].owner.id, one.forks[0].archived, one.releases[0].tag, one.releases[0].prerelease) == (5, True, "v1", True)
    (issue,) = one.issues
    assert (issue.author.id, issue.comments[0].author.login, issue.comments[0].author.kind) == (5, "helper", "Bot")
    assert [(event.kind, event.actor.id) for event in issue.events] == [("closed", 5)]


def test_states_that_the_events_do_not_tell_of_are_told(write: Write) -> None:
    events = [{"type": "ReopenedEvent", "createdAt": "2026-01-03T00:00:00Z"}, {"type": "closed", "at": AT}]
    labelled = {"type": "labeled", "at": AT}
    found = write(text=lines({**ISSUE, "closed_at": AT, "events": [*events, labelled]}))
    (issue,) = only(found).issues
    assert [one.kind for one in issue.events] == ["closed", "reopened"]
    assert [remark.partition(": ")[2].partition(".")[0] for remark in remarks(found)] == [
        "events of type labeled do not count",
        "closed_at is not what the events say, which count",
    ]


def test_change_requests_say_where_they_come_from_and_when_they_were_ready(write: Write) -> None:
    base = {"author": "ann", "created_at": AT, "comments": [], "reviews": []}
    later = "2026-01-02T00:00:00Z"
    fork = {"is_cross_repository": True, "head_repository": {"id": 5}, "head_repository_owner": "bo"}
    found = write(
        "pull_requests.jsonl",
        lines(
            {**base, "number": 1, "ready_at": later, "merged_at": later, "closed_at": later, "merged_by": "bo", **fork},
            {**base, "number": 2, "is_draft": True, "is_cross_repository": False},
            {**base, "number": 3, "reviews": [{"author": "bo", "submitted_at": None, "state": "PENDING"}]},
        ),
    )
    first, second, third = only(found).change_requests
    assert (first.drafted, [one.kind for one in first.events]) == (True, ["ready", "merged", "closed"])
    assert first.head == 5
    assert only(found).heads[5].owner.login == "bo"
    assert (second.drafted, second.head, second.events) == (True, None, ())
    assert (third.head, third.reviews) == (-1, ())  # where it came from is not known
    assert "reviews that were not sent do not count" in remarks(found)[0]
    assert losses(found) == []


def test_change_requests_among_issues_do_not_count_as_issues(write: Write) -> None:
    write("pull_requests.jsonl", lines({**ISSUE, "number": 2, "reviews": []}))
    found = write(text=lines(ISSUE, {**ISSUE, "number": 2}, {**ISSUE, "number": 3, "pull_request": {"url": "x"}}))
    assert [one.number for one in only(found).issues] == [1]
    assert len(remarks(found)) == 2


def test_up_to_when_it_is_known(write: Write) -> None:
    write("stargazers.jsonl", lines(STAR, {"login": "bo", "starred_at": "2026-02-01T00:00:00+01:00"}))
    write("releases.jsonl", "")
    found = write(text=lines(ISSUE))
    until = {name: one.until for name, one in found.listings[SUBJECT].items()}
    assert until == {
        "issues": datetime(2026, 1, 1, tzinfo=UTC),
        "stargazers": datetime(2026, 1, 31, 23, tzinfo=UTC),
    }
    assert (
        "releases.jsonl: nothing in it says up to when it is known, so it is not used. State as_of" in remarks(found)[0]
    )
    note = {
        "as_of": "2026-03-01",
        "listings": {"issues": {"as_of": "2026-02-01T12:00:00Z", "whole": False, "note": "no"}},
    }
    found = write("repository.json", json.dumps(note))
    listings = found.listings[SUBJECT]
    assert {name: (one.until, one.lacks) for name, one in listings.items()} == {
        "issues": (datetime(2026, 2, 1, 12, tzinfo=UTC), "no"),
        "stargazers": (datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC), None),
        "releases": (datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC), None),
    }
    assert found.until == datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC)


def test_a_note_that_cannot_be_read_makes_nothing_whole(write: Write) -> None:
    write(text=lines(ISSUE))
    found = write("repository.json", '{"listings": {"isues": {}}}')
    assert (
        "repository.json:1: the line: value error, listings names isues: there are issues, pull_requests"
        in losses(found)[0]
    )
    assert found.listings[SUBJECT]["issues"].lacks == "repository.json cannot be read"


def test_counters_are_known_only_where_all_that_they_count_is(write: Write) -> None:
    note = {"id": 7, "as_of": AT, "created_at": AT, "watchers": 3, "has_discussions": False}
    write("repository.json", json.dumps(note))
    for name in ("pull_requests", "forks", "stargazers", "releases"):
        found = write(f"{name}.jsonl", "")
        assert "repositories" not in found.listings[SUBJECT]
    assert "repositories" in write(text=lines(ISSUE)).listings[SUBJECT]
    assert "repositories" not in write(text=lines(ISSUE, "{")).listings[SUBJECT]


def test_whose_folder_it_is(write: Write, tmp_path: Path) -> None:
    assert list(write("stargazers.jsonl", lines(STAR), folder="oldmere+weir").listings) == ["github:lowmere/weir"]
    assert sorted(write("stargazers.jsonl", lines(STAR), folder="Mill").listings) == [SUBJECT, "github:lowmere/weir"]
    found = write("stargazers.jsonl", lines(STAR), folder="nowhere")
    assert (
        "github/nowhere: whose repository it is cannot be told: the catalogue has no repository of that"
        in losses(found)[0]
    )
    assert "Call the folder OWNER+NAME, or state full_name in its repository.json." in losses(found)[0]
    found = write("stargazers.jsonl", lines(STAR), folder="else+where")
    assert found.uncatalogued == ("github/else+where (else/where)",)
    assert len(found.world.repositories) == 2
    with pytest.raises(ConfigurationError, match="are both of lowmere/mill: join them, or remove one"):
        write("stargazers.jsonl", lines(STAR), folder="lowmere+mill")
    assert tmp_path.exists()


def test_files_that_are_no_part_of_the_layout_or_there_twice_are_told(write: Write) -> None:
    write("stars.jsonl", lines(STAR))
    write("issues.jsonl.gz", gzip.compress(lines(ISSUE).encode()))
    found = write(text=lines(ISSUE))
    assert "stars.jsonl: the file is none of the layout" in remarks(found)[0]
    assert "issues.jsonl: issues.jsonl.gz lies beside it. Remove one of the two." in losses(found)[0]


def test_accounts_are_one_whether_they_stand_with_their_id_or_not(write: Write) -> None:
    write("accounts.jsonl", lines({"login": "Ann", "id": 5, "company": "@lowmere", "created_at": AT}))
    told = [{"author": {"login": "bo", "id": 6}, "created_at": AT}, {"author": "bo", "created_at": AT}]
    found = write(text=lines({**ISSUE, "comments": told}))
    (issue,) = only(found).issues
    assert issue.author == found.world.accounts[0]
    assert issue.author.company == "@lowmere"
    (remark,) = remarks(found)
    assert "1 accounts stand with a database id and without, the first is bo" in remark
