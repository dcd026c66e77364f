"""Which AI agent's branch a change request comes from: by a listed prefix. The branch's name itself is never kept."""

from __future__ import annotations

AGENT_PREFIXES = ("claude", "codegen", "codex", "copilot", "cursor", "devin", "jules", "openhands", "sweep")
"""Branches begin with the agent's name and a slash: by the products' own documentation."""


def agent_of_branch(name: str | None) -> str | None:
    """The listed agent whose prefix the branch has; None: none, or the branch is not told."""
    prefix, slash, _rest = (name or "").lower().partition("/")
    return prefix if slash and prefix in AGENT_PREFIXES else None
