"""The loopback Hub's discussions and Spaces: by the Hub's own OpenAPI document, and page by page."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipelines.sandbox.cast import FAMILIES, Frame
from pipelines.sandbox.huggingface.days import hub_id, hub_on
from pipelines.sandbox.huggingface.discussions import PAGE
from pipelines.sandbox.huggingface.families import plan_models
from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.huggingface.server import HubServer
from pipelines.sandbox.huggingface.spaces import plan_spaces, spaces_on
from pipelines.sandbox.huggingface.talk import plan_talk, shown

ROOT = "/api/{repoType}/{namespace}/{repo}/discussions"
NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)
FRAME = Frame(1, 0.3, NOW)
MODELS = plan_models(FRAME)
TALK = plan_talk(FRAME, MODELS)
THERE = {model.name: (model.name_on(NOW.date()), hub_id(model)) for model in MODELS if model.exists_on(NOW.date())}


@pytest.fixture(scope="module")
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The Hub's OpenAPI document; a checkout that has none skips the test."""
    root: Path = request.config.rootpath
    places = (root / "contracts", root.parent / "shared" / "data" / "contracts")
    for place in places:
        for path in sorted(place.glob("hf_openapi_*.json")):
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return found
    pytest.skip(
        f"the Hub's OpenAPI document is in none of {', '.join(map(str, places))}: put "
        "https://huggingface.co/.well-known/openapi.json there as hf_openapi_DATE.json"
    )


@pytest.fixture(scope="module")
def hub() -> Iterator[HubServer]:
    names = {name: now for name, (now, _) in THERE.items()}
    spaces = spaces_on(plan_spaces(FRAME, MODELS), NOW.date(), names)
    models = hub_on(MODELS, NOW.date())
    there = shown(TALK, THERE, NOW)
    with HubServer(HubModels(models.rows, models.renamed, None, spaces, there)) as server:
        yield server


def get(hub: HubServer, path: str) -> tuple[Any, Any]:
    with urllib.request.urlopen(hub.endpoint + path) as response:  # noqa: S310 - loopback
        return json.loads(response.read()), response.headers


def closed_together(schema: Any) -> Any:
    """The schema with each `allOf` of objects that allow nothing more closed as a whole.

    Taken to the letter, two such objects with different properties allow none: the document writes an intersection so.
    """
    if isinstance(schema, list):
        return [closed_together(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed_together(each) for name, each in schema.items()}
    if "allOf" in found:
        found["allOf"] = [opened(each) for each in found["allOf"]]
        found["unevaluatedProperties"] = False
    return found


def opened(schema: dict[str, Any]) -> dict[str, Any]:
    """One part of an intersection, which may have what the others name."""
    rest = {
        name: each for name, each in schema.items() if name not in {"additionalProperties", "unevaluatedProperties"}
    }
    return rest | {name: [opened(each) for each in rest[name]] for name in ("anyOf", "allOf") if name in rest}


def validator(document: dict[str, Any], path: str) -> jsonschema.Draft202012Validator:
    answer = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    answer = closed_together(answer)
    return jsonschema.Draft202012Validator({**answer, "components": document["components"]})


def test_listings_and_discussions_are_as_the_hubs_own_document_has_them(
    document: dict[str, Any], hub: HubServer
) -> None:
    listing, details = validator(document, ROOT), validator(document, ROOT + "/{num}")
    kinds = set()
    for name, _ in THERE.values():
        if name.partition("/")[0] not in {plan.organization for plan in FAMILIES}:
            continue
        page, _ = get(hub, f"/api/models/{name}/discussions?p=0")
        listing.validate(page)
        for one in page["discussions"]:
            answer, _ = get(hub, f"/api/models/{name}/discussions/{one['num']}")
            details.validate(answer)
            kinds |= {(answer["isPullRequest"], answer["status"])}
            comments = sum(event["type"] == "comment" for event in answer["events"])
            assert (one["numComments"], one["status"]) == (comments, answer["status"])
    assert kinds >= {(False, "open"), (False, "closed"), (True, "open"), (True, "merged")}


def test_the_document_would_refuse_what_is_not_so(document: dict[str, Any], hub: HubServer) -> None:
    name, number = next((THERE[one.model][0], one.number) for one in TALK if one.model in THERE)
    answer, _ = get(hub, f"/api/models/{name}/discussions/{number}")
    checks = validator(document, ROOT + "/{num}")
    for wrong in ({**answer, "status": "answered"}, {**answer, "more": 1}, {**answer, "events": [{"id": 1}]}):
        assert not checks.is_valid(wrong)


def test_pages_are_turned_by_number_newest_first_and_status_and_type_are_filtered() -> None:
    one = shown(TALK, THERE, NOW)[THERE[TALK[0].model][0]][0]
    many = [{**one, "isPullRequest": False, "num": number} for number in range(120, 0, -1)]
    many[0] = {**many[0], "isPullRequest": True, "status": "merged"}
    with HubServer(HubModels([], discussions={"a/b": many})) as server:
        pages = [get(server, f"/api/models/a/b/discussions?p={number}")[0] for number in range(4)]
        merged, _ = get(server, "/api/models/a/b/discussions?type=pull_request&status=closed")
    assert [len(page["discussions"]) for page in pages] == [PAGE, PAGE, 20, 0]
    assert [one["num"] for page in pages for one in page["discussions"]] == list(range(120, 0, -1))
    assert [(page["count"], page["start"]) for page in pages] == [(120, number * PAGE) for number in range(4)]
    assert [one["num"] for one in merged["discussions"]] == [120]


def test_spaces_are_found_by_model_turn_pages_and_tell_the_limits(hub: HubServer) -> None:
    rows, _ = get(hub, "/api/spaces?limit=1000&sort=createdAt&expand=models&expand=createdAt")
    assert len(rows) > 60
    assert [row["createdAt"] for row in rows] == sorted((row["createdAt"] for row in rows), reverse=True)
    used = rows[0]["models"][0]
    expected = [row["id"] for row in rows if used in row["models"]]
    found: list[str] = []
    path = f"/api/spaces?limit=1&sort=createdAt&models={used}"
    while path:
        page, headers = get(hub, path)
        found += [row["id"] for row in page]
        assert headers["RateLimit"].startswith('"api";r=')
        link = headers.get("Link", "")
        path = link.partition(">")[0].removeprefix("<" + hub.endpoint) if link else ""
    assert found == expected


@pytest.mark.parametrize(
    "path",
    ["/api/spaces?sort=downloads", "/api/spaces?expand=gguf", f"/api/models/{MODELS[0].name}/discussions?sort=new"],
)
def test_what_the_hub_would_not_know_is_refused(hub: HubServer, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        get(hub, path)
    assert error.value.code == 400
    error.value.close()
