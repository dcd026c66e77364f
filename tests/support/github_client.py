"""A plain client of the loopback GitHub: one connection a request, nothing tried again."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from typing import Any

from pipelines.sandbox.github.server.server import TOKEN, GitHubServer


class Client:
    """Speaks GraphQL and REST; `status` and `headers` are those of the last answer."""

    def __init__(self, server: GitHubServer, token: str = TOKEN) -> None:
        self._address = server.endpoint.removeprefix("http://")
        self._headers = {"Authorization": f"bearer {token}"}
        self.headers: dict[str, str] = {}
        self.status = 0

    def send(self, method: str, path: str, body: bytes | None = None) -> bytes:
        with closing(http.client.HTTPConnection(self._address, timeout=10)) as connection:
            connection.request(method, path, body, self._headers)
            response = connection.getresponse()
            self.headers, self.status = dict(response.headers), response.status
            return response.read()

    def ask(self, text: str, **variables: Any) -> dict[str, Any]:
        body = self.send("POST", "/graphql", json.dumps({"query": text, "variables": variables}).encode())
        found: dict[str, Any] = json.loads(body)
        return found

    def mill(self, selection: str, **variables: Any) -> Any:
        head = "query($after: String)" if "after" in variables else "query"
        answer = self.ask(f'{head} {{ repository(owner: "lowmere", name: "mill") {{ {selection} }} }}', **variables)
        assert "errors" not in answer, answer
        return answer["data"]["repository"]

    def get(self, path: str) -> Any:
        return json.loads(self.send("GET", path))
