"""The environment that keeps a run on this machine: loopback servers, no real token, no proxy in between."""

from __future__ import annotations

import os

LOOPBACK = "127.0.0.1"
GITHUB_TOKEN = "ghp_simulated000000000000000000000000"  # noqa: S105 - opens nothing but the loopback GitHub


OPENROUTER_KEY = "sk-simulated"  # opens nothing but the loopback OpenRouter


def loopback_environment(
    endpoint: str, github: str | None = None, openrouter: str | None = None, packages: str | None = None
) -> dict[str, str]:
    """Variables that point a run at a Hub served here, and at a GitHub, an OpenRouter and packages if there are any.

    Empty ones unset what the user has set for the real ones; without a token, no run asks GitHub's API.
    """
    kept = [name for name in os.environ.get("NO_PROXY", os.environ.get("no_proxy", "")).split(",") if name.strip()]
    no_proxy = ",".join(dict.fromkeys([*kept, LOOPBACK]))
    return {
        "HF_ENDPOINT": endpoint,
        "HF_TOKEN": "",
        "ECOTONE_HUB_LISTING": "",
        "HF_HUB_OFFLINE": "",
        "ECOTONE_GITHUB_URL": github or "",
        "GITHUB_TOKEN": GITHUB_TOKEN if github else "",
        "GITHUB_TOKENS": "",
        "ECOTONE_OLD_STARS": "1" if github else "",  # they cost nothing here
        "ECOTONE_OPENROUTER_URL": openrouter or "",
        "ECOTONE_OPENROUTER_FILE": "",
        "ECOTONE_PACKAGES_URL": packages or "off",
        "ECOTONE_PACKAGES_FILE": "",
        "ECOTONE_CONTACT": "",
        "OPENROUTER_API_KEY": OPENROUTER_KEY if openrouter else "",
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }
