"""Discussions, Spaces, trending models and tokens, from batches to the tables that people query."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pipelines.catalogue import Catalogue

CATALOGUE = """
[[ecosystem]]
id = "one"
label = "One"
[[project]]
label = "A"
ecosystem = "one"
region = "us"
layer = "model"
huggingface = ["o/m*"]
openrouter = ["o", "p/x-*"]
[[project]]
label = "B"
ecosystem = "one"
region = "eu"
layer = "model"
openrouter = ["p/y*"]
"""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def hub(installation: Any) -> Any:
    installation.catalogue = Catalogue.parse(CATALOGUE)
    return installation


def person(role: str, name: str | None) -> dict[str, Any]:
    return {f"{role}_key": name and f"hf-user:{name}", f"{role}_login": name, f"{role}_type": "User"}


def discussion(number: int, now: Any, *comments: tuple[str | None, int], **more: Any) -> dict[str, Any]:
    said = [
        {"comment_id": f"hf:comment:{number}-{place}", **person("author", who), "created_at": now + hours * HOUR}
        for place, (who, hours) in enumerate(comments)
    ]
    told = {"number": number, "created_at": now, "status": "open", "comments_total": len(said), "comments": said}
    return {"model": "o/m1", "hub_id": "id1", "day": now.date(), **person("author", "ann"), **told, **more}


def ended(now: Any, *shown: int) -> dict[str, Any]:
    return {"model": "o/m1", "hub_id": "id1", "day": now.date(), "shown": list(shown)}


def test_what_is_said_on_the_hub_counts_for_the_model_and_its_people_are_nobody_elses(hub: Any, now: Any) -> None:
    then = now - 9 * DAY
    hub.tell_hub(
        "discussions",
        [
            discussion(1, then, ("ben", 3), ("SFconvertbot", 1)),
            discussion(
                2, then, is_pull_request=True, status="merged", closed_at=then + DAY, **person("closed_by", "cem")
            ),
            discussion(3, then, comments=None),
            ended(now, 1, 2, 3),
        ],
    )
    assert hub.ask(
        "SELECT subject_id, number, author_id, is_pull_request, closed_by_id, observed_until FROM staging.discussion"
    ) == [
        ("hf:id1", 1, "hf-user:ann", False, None, now),
        ("hf:id1", 2, "hf-user:ann", True, "hf-user:cem", now),
    ]  # the third is hidden
    assert hub.ask("SELECT person_id, kind, rule FROM staging.person ORDER BY 1") == [
        ("hf-user:SFconvertbot", "bot", "hub-safetensors-convert"),
        ("hf-user:ann", "human", None),
        ("hf-user:ben", "human", None),
        ("hf-user:cem", "human", None),
    ]
    assert hub.ask("SELECT person_id, kind, count(*) FROM staging.contribution GROUP BY ALL ORDER BY ALL") == [
        ("hf-user:SFconvertbot", "discussion_comment", 1),
        ("hf-user:ann", "discussion", 2),
        ("hf-user:ben", "discussion_comment", 1),
    ]
    members = hub.ask("SELECT entity_id FROM catalogue.membership WHERE subject_id = 'hf:id1' ORDER BY 1")
    assert members == [("ecosystem:one",), ("layer:model",), ("project:a",), ("region:us",)]


def test_the_newest_telling_counts_and_what_a_whole_listing_no_longer_shows_is_gone(hub: Any, now: Any) -> None:
    then = now - 9 * DAY
    first = [discussion(1, then), discussion(2, then), ended(now - DAY, 1, 2)]
    hub.tell_hub("discussions", first, at=now - DAY)
    assert hub.ask("SELECT number, observed_until FROM staging.discussion") == [(1, now - DAY), (2, now - DAY)]
    hub.tell_hub("discussions", [discussion(1, then, ("ben", 30)), discussion(3, then)], at=now - HOUR, complete=False)
    half = "SELECT number, observed_until FROM staging.discussion ORDER BY 1"
    assert hub.ask(half) == [(1, now - HOUR), (2, now - DAY), (3, now - HOUR)], (
        "an incomplete listing calls nothing gone"
    )
    hub.tell_hub("discussions", [ended(now, 1, 3)])
    assert hub.ask(half) == [(1, now), (3, now)]
    assert hub.ask("SELECT discussion_id, person_id FROM staging.discussion_response") == [
        ("hf:discussion:id1:1", "hf-user:ben")
    ]


def test_a_name_on_the_hub_is_not_that_login_on_github(hub: Any, now: Any) -> None:
    hub.tell_hub("discussions", [discussion(1, now - DAY), ended(now, 1)])
    hub.tell(
        "issues",
        "o/a",
        [
            {
                "repository_id": "github:1",
                "issue_id": "github:issue:1",
                "number": 1,
                "author_key": "account:7",
                "author_login": "ann",
            }
        ],
    )
    assert hub.ask("SELECT person_id FROM staging.person ORDER BY 1") == [("account:7",), ("hf-user:ann",)]


def use(space: str, model: str, now: Any, **more: Any) -> dict[str, Any]:
    told = {
        "space_hub_id": f"id-{space}",
        "space": space,
        "author": "h",
        "created_at": now - 60 * DAY,
        "models": [model],
    }
    return {"model": model, "hub_id": f"id-{model}", "day": now.date(), **told, **more}


def test_a_space_is_gone_from_a_model_once_a_whole_listing_lacks_it_and_may_come_back(hub: Any, now: Any) -> None:
    def listed(day: Any, *gone: str) -> dict[str, Any]:
        return {"model": "o/m1", "hub_id": "id-o/m1", "day": day.date(), "gone": list(gone)}

    query = "SELECT space_id, model_id, first_day, gone_day FROM staging.space_model ORDER BY 1, 2"
    first = now - 20 * DAY
    hub.tell_hub(
        "spaces",
        [use("h/s", "o/m1", first), use("h/s", "o/m2", first), use("h/t", "o/m1", first), listed(first)],
        at=first,
    )
    hub.tell_hub("spaces", [listed(now - 10 * DAY, "id-h/s")], at=now - 10 * DAY)
    assert hub.ask(query) == [
        ("hf-space:id-h/s", "hf:id-o/m1", first.date(), (now - 10 * DAY).date()),
        ("hf-space:id-h/s", "hf:id-o/m2", first.date(), None),
        ("hf-space:id-h/t", "hf:id-o/m1", first.date(), None),
    ]
    hub.tell_hub("spaces", [use("h/s", "o/m1", now, likes=5), listed(now)])
    assert hub.ask(query)[0] == ("hf-space:id-h/s", "hf:id-o/m1", first.date(), None)
    assert hub.ask("SELECT name, likes, first_day FROM staging.space") == [
        ("h/s", 5, first.date()),
        ("h/t", None, first.date()),
    ]
    assert hub.ask(query, name="anew.duckdb") == hub.ask(query)


def test_a_trending_model_has_its_ancestors_and_a_later_telling_of_the_day_replaces_it(hub: Any, now: Any) -> None:
    day = now.date()
    hub.tell_hub(
        "trending",
        [{"day": day, "rank": 1, "name": "x/old"}, {"day": day, "rank": 2, "name": "x/gone"}],
        at=now - HOUR,
        complete=False,
    )
    base = [{"id": "x/tune", "hub_id": None, "relation": "quantized"}]
    hub.tell_hub("trending", [{"day": day, "rank": 1, "hub_id": "q", "name": "x/quant", "base_models": base}])
    bases = [{"id": "o/m1", "hub_id": "id1", "relation": "finetune"}]
    circle = [{"id": "x/quant", "hub_id": None, "relation": "merge"}]
    hub.tell_hub(
        "models",
        [
            {"name": "x/tune", "hub_id": "t", "day": day, "base_models": bases},
            {"name": "o/m1", "hub_id": "id1", "day": day, "base_models": circle},
        ],
    )
    assert hub.ask("SELECT day, rank, model_id FROM staging.trending") == [(day, 1, "hf:q")]
    assert hub.ask("SELECT ancestor_id FROM staging.trending_ancestor WHERE model_id = 'hf:q'") == [
        ("hf:id1",),
        ("hf:q",),
        ("hf:t",),
    ]


def test_a_model_that_left_the_first_fifty_counts_with_the_rest_when_its_day_is_told_again(hub: Any, now: Any) -> None:
    def usage(model: str, tokens: int, day: int = 20) -> dict[str, Any]:
        is_other = model == "other"
        return {"day": date(2026, 8, day), "model": model, "tokens": tokens, "is_other": is_other, "origin": "api"}

    first = [usage("o/m", 5), usage("p/x-1", 4), usage("p/y", 3), usage("other", 1), usage("o/m", 9, 19)]
    hub.tell_hub("tokens", first, at=now - DAY)
    hub.tell_hub("tokens", [usage("o/m", 6), usage("p/y", 3), usage("other", 7)])
    query = "SELECT day::VARCHAR, model, tokens, subject_id FROM staging.token_usage"
    expected = [
        ("2026-08-19", "o/m", 9, "openrouter:o/m"),
        ("2026-08-20", "o/m", 6, "openrouter:o/m"),
        ("2026-08-20", "other", 7, None),
        ("2026-08-20", "p/y", 3, "openrouter:p/y"),
    ]
    assert hub.ask(query) == expected
    chosen = "subject_id LIKE 'openrouter:%' AND entity_id LIKE 'project:%'"
    members = hub.ask(f"SELECT subject_id, entity_id FROM catalogue.membership WHERE {chosen} ORDER BY 1")
    assert members == [("openrouter:o/m", "project:a"), ("openrouter:p/y", "project:b")]
