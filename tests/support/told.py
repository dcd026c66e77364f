"""Rows as GitHub's streams bring them, for the tests of staging."""

from __future__ import annotations

from typing import Any


def a_repository(number: int, name: str, **more: Any) -> dict[str, Any]:
    return {"database_id": number, "full_name": name, "stars": 10, "fork_count": 4, **more}


def an_issue(number: int, repository: int = 1, **more: Any) -> dict[str, Any]:
    return {"repository_id": f"github:{repository}", "issue_id": f"github:issue:{number}", "number": number, **more}


def who(role: str, key: str | None, kind: str = "User") -> dict[str, Any]:
    return {f"{role}_key": key, f"{role}_login": key and f"login-of-{key.partition(':')[2]}", f"{role}_type": kind}


def a_comment(number: int, key: str | None, at: Any, kind: str = "User") -> dict[str, Any]:
    return {"comment_id": f"github:comment:{number}", **who("author", key, kind), "created_at": at}
