"""Where GitHub's API is: REST's address from what was set, GraphQL's from REST's."""

from __future__ import annotations

from urllib.parse import urlsplit

from pipelines.errors import ConfigurationError
from pipelines.settings import DEFAULT_GITHUB_URL
from pipelines.sources.github.client.errors import Secrets


def rest_of(url: str) -> str:
    """REST's address for what was set: an Enterprise Server has its API below `/api/v3`, GitHub's own is another host.

    Raises ConfigurationError for what is none. The message shows no credentials.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(
            f"ECOTONE_GITHUB_URL={Secrets([]).hide(url)} is not an address: write it as {DEFAULT_GITHUB_URL}, or for "
            "an Enterprise Server as https://HOST/api/v3."
        )
    plain = url.rstrip("/")
    if parts.hostname in {"github.com", "www.github.com"}:
        return DEFAULT_GITHUB_URL
    return f"{plain.removesuffix('/graphql')}/v3" if plain.endswith(("/api", "/api/graphql")) else plain


def graphql_of(url: str) -> str:
    """GraphQL stands beside REST on github.com, and above it on an Enterprise Server (`/api/v3`, `/api/graphql`)."""
    return f"{url.removesuffix('/v3')}/graphql" if url.endswith("/api/v3") else f"{url}/graphql"
