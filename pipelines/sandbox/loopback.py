"""The environment that keeps a run on this machine: the loopback Hub, no token, no proxy in between."""

from __future__ import annotations

import os

LOOPBACK = "127.0.0.1"


def loopback_environment(endpoint: str) -> dict[str, str]:
    """Variables that point a run at a Hub served here. Empty ones unset what the user has set for the real ones."""
    kept = [name for name in os.environ.get("NO_PROXY", os.environ.get("no_proxy", "")).split(",") if name.strip()]
    no_proxy = ",".join(dict.fromkeys([*kept, LOOPBACK]))
    return {
        "HF_ENDPOINT": endpoint,
        "HF_TOKEN": "",
        "HF_HUB_OFFLINE": "",
        "GITHUB_TOKEN": "",
        "GITHUB_TOKENS": "",
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }
