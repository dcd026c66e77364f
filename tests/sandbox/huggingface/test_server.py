"""The loopback Hub answers as the Hub does: filters, pages, limits, refusals, and faults when asked for."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from pipelines.sandbox.faults import KINDS, OF_THE_CONNECTION, Fault
from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.huggingface.server import HubServer

CLIENT = httpx2.Client(trust_env=False)


def model(name: str, day: int = 1, **fields: Any) -> dict[str, Any]:
    author = name.partition("/")[0]
    return {"_id": f"id-{name}", "id": name, "author": author, "createdAt": f"2026-01-{day:02}T00:00:00.000Z", **fields}


ROWS = [
    model("aurora-lab/Aurora-1", 3, downloads=10, tags=["gguf", "license:mit"]),
    model("aurora-lab/Aurora-2", 5, downloads=5, tags=["safetensors", "license:mit"]),
    model(
        "heron/Aurora-1-GGUF",
        4,
        downloads=7,
        tags=["base_model:aurora-lab/Aurora-1", "base_model:quantized:aurora-lab/Aurora-1"],
    ),
    model("heron/odd", 2, downloads=None, tags=["base_model:adapter:aurora-lab/Aurora-1"]),
    model("heron/plain", 1, downloads=1, tags=["base_model:far-away/Lost", "gguf"]),
]


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer(HubModels(ROWS, renamed={"aurora-lab/Old": "aurora-lab/Aurora-1"})) as server:
        yield server


def ids(hub: HubServer, **params: Any) -> list[str]:
    response = CLIENT.get(f"{hub.endpoint}/api/models", params=params)
    response.raise_for_status()
    return [row["id"] for row in response.json()]


def test_filters_are_all_of_them_and_base_models_answer_to_plain_and_typed_tags(hub: HubServer) -> None:
    assert ids(hub, author="aurora-lab") == ["aurora-lab/Aurora-1", "aurora-lab/Aurora-2"]
    assert ids(hub, filter="license:mit", author="aurora-lab") == ["aurora-lab/Aurora-1", "aurora-lab/Aurora-2"]
    assert ids(hub, filter=["license:mit", "gguf"]) == ["aurora-lab/Aurora-1"]
    assert ids(hub, filter="base_model:aurora-lab/Aurora-1") == ["heron/Aurora-1-GGUF", "heron/odd"]
    assert ids(hub, filter="base_model:quantized:aurora-lab/Aurora-1") == ["heron/Aurora-1-GGUF"]
    assert ids(hub, search="GGUF") == ["heron/Aurora-1-GGUF"]
    assert ids(hub, author="nobody") == []


def test_sorts_downwards_with_the_unknown_last(hub: HubServer) -> None:
    assert ids(hub, sort="downloads") == [
        "aurora-lab/Aurora-1",
        "heron/Aurora-1-GGUF",
        "aurora-lab/Aurora-2",
        "heron/plain",
        "heron/odd",
    ]
    assert ids(hub, sort="createdAt", limit=2) == ["aurora-lab/Aurora-2", "heron/Aurora-1-GGUF"]


def test_pages_are_linked_by_absolute_addresses_that_keep_the_query(hub: HubServer) -> None:
    url: str | None = f"{hub.endpoint}/api/models?author=heron&limit=2&expand=likes&expand=tags"
    seen = []
    while url:
        response = CLIENT.get(url)
        seen.append([row["id"] for row in response.json()])
        url = response.links.get("next", {}).get("url")
        assert url is None or url.startswith(hub.endpoint)
    assert seen == [["heron/Aurora-1-GGUF", "heron/odd"], ["heron/plain"]]


def test_expand_shows_what_was_asked_and_ids_and_counts_children_from_the_rows(hub: HubServer) -> None:
    url = f"{hub.endpoint}/api/models"
    rows = CLIENT.get(url, params={"author": "aurora-lab", "expand": ["downloads", "childrenModelCount"]}).json()
    assert rows[0] == {
        "_id": "id-aurora-lab/Aurora-1",
        "id": "aurora-lab/Aurora-1",
        "downloads": 10,
        "childrenModelCount": {"adapter": 1, "merge": 0, "quantized": 1, "finetune": 0},
    }
    assert sum(rows[1]["childrenModelCount"].values()) == 0


@pytest.mark.parametrize(
    "query",
    ["limit=none", "limit=0", "sort=name", "expand=everything", "expand=tags&full=true", "cursor=x", "cursor=e30="],
)
def test_a_query_the_hub_would_refuse_is_a_400(hub: HubServer, query: str) -> None:
    assert CLIENT.get(f"{hub.endpoint}/api/models?{query}").status_code == 400


def test_a_model_by_id_is_found_or_redirected_or_refused_like_a_private_one(hub: HubServer) -> None:
    found = CLIENT.get(f"{hub.endpoint}/api/models/aurora-lab/Aurora-1?expand=downloads").json()
    assert found == {"_id": "id-aurora-lab/Aurora-1", "id": "aurora-lab/Aurora-1", "downloads": 10}
    moved = CLIENT.get(f"{hub.endpoint}/api/models/aurora-lab/Old?expand=downloads", follow_redirects=True)
    assert [answer.status_code for answer in moved.history] == [307]
    assert moved.json() == found
    assert CLIENT.get(f"{hub.endpoint}/api/models/aurora-lab/None").status_code == 401
    assert CLIENT.get(f"{hub.endpoint}/api/elsewhere").status_code == 404


def test_limits_are_told_in_headers_and_kept() -> None:
    with HubServer(HubModels(ROWS), calls=2, window_seconds=300) as hub:
        answers = [CLIENT.get(f"{hub.endpoint}/api/models") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["RateLimit"].split(";")[1] for answer in answers] == ["r=1", "r=0", "r=0"]
    assert answers[0].headers["RateLimit-Policy"] == '"fixed window";"api";q=2;w=300'


def test_faults_happen_where_and_as_often_as_told(hub: HubServer) -> None:
    hub.faults.append(Fault("502", match="author=heron", skip=1, times=2))
    url = f"{hub.endpoint}/api/models"
    assert CLIENT.get(url, params={"author": "aurora-lab"}).status_code == 200
    assert [CLIENT.get(url, params={"author": "heron"}).status_code for _ in range(4)] == [200, 502, 502, 200]


def test_a_fault_is_cut_in_the_middle_of_the_promised_answer(hub: HubServer) -> None:
    hub.faults.append(Fault("cut"))
    with pytest.raises(httpx2.RemoteProtocolError):
        CLIENT.get(f"{hub.endpoint}/api/models")


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - OF_THE_CONNECTION - {"429"}))
def test_every_fault_of_content_is_a_200_that_differs_from_the_good_answer(hub: HubServer, kind: str) -> None:
    url = f"{hub.endpoint}/api/models?limit=2&cursor=eyJhZnRlciI6IDJ9"
    good = CLIENT.get(url)
    hub.faults.append(Fault(kind))
    bad = CLIENT.get(url)
    assert bad.status_code == 200
    assert (bad.content, bad.headers.get("Link")) != (good.content, good.headers.get("Link"))


def test_an_unknown_fault_is_refused_with_the_names_of_the_known() -> None:
    with pytest.raises(ValueError, match="repeated-cursor"):
        Fault("explode")


def test_a_recorded_day_serves_its_lines_and_names_the_bases_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "2026-01-31.models.jsonl.gz"
    rows = [{key: value for key, value in row.items() if key != "_id"} for row in ROWS]
    rows[4]["baseModels"] = {"relation": "finetune", "models": [{"_id": "id-lost", "id": "far-away/Lost"}]}
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    with HubServer(HubModels.recorded(path, sample="a sample")) as hub:
        answer = CLIENT.get(
            f"{hub.endpoint}/api/models", params={"author": "far-away", "expand": ["tags", "childrenModelCount"]}
        )
        assert answer.headers["X-Ecotone-Sample"] == "a sample"
        assert answer.json() == [
            {
                "_id": "id-lost",
                "id": "far-away/Lost",
                "childrenModelCount": {"adapter": 0, "merge": 0, "quantized": 0, "finetune": 1},
            }
        ]
        assert ids(hub, author="far-away") == []
        assert CLIENT.get(f"{hub.endpoint}/api/models/far-away/Lost").status_code == 401
        assert "_id" not in CLIENT.get(f"{hub.endpoint}/api/models/heron/odd").json()


def test_models_can_be_replaced_while_it_runs(hub: HubServer) -> None:
    hub.models = HubModels(ROWS[:1])
    assert ids(hub) == ["aurora-lab/Aurora-1"]
