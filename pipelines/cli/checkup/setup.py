"""The set-up: settings in effect, with where they point, and the catalogue. Tokens are only said to be set."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from pipelines.catalogue import Catalogue
from pipelines.cli.checkup import Finding, fail, ok, warn
from pipelines.cli.shell.terminal import plural
from pipelines.cli.worlds.origin import NOWHERE, Origin
from pipelines.errors import CatalogueError, ConfigurationError
from pipelines.settings import (
    CA_BUNDLE_NAMES,
    DEFAULT_GIT_URL,
    DEFAULT_GITHUB_URL,
    DEFAULT_HF_ENDPOINT,
    DEFAULT_OPENROUTER_URL,
    DEFAULT_PACKAGES_URL,
    Settings,
)
from pipelines.sources.github.client.accounts.credentials import App

CREDENTIALS = re.compile(r"(?<=//)[^/@\s]+@")
EXAMPLE = "owner/name"
CLONE, OFF = "clone", "off"


def without_credentials(address: str) -> str:
    """The address as it may be shown: whatever stands before an @ is left out."""
    return CREDENTIALS.sub("…@", address)


def findings(settings: Settings) -> Iterator[Finding]:
    """All of them."""
    yield from _catalogue(settings)
    yield _git_url(settings)
    yield _hub(settings)
    yield _rankings(settings)
    yield _clock(settings)
    yield _token("HF_TOKEN", set_=settings.hf_token is not None, without="the Hub is read anonymously, at lower limits")
    yield _github(settings)
    yield _github_tokens(settings)
    if settings.github_app_id:
        yield _github_app(settings)
    yield _openrouter(settings)
    yield _packages(settings)
    yield _authorities(settings)
    yield from _proxies()


def _catalogue(settings: Settings) -> Iterator[Finding]:
    try:
        catalogue = Catalogue.load(settings.catalogue)
    except CatalogueError as error:
        yield fail(
            "catalogue", str(error), "Correct it, or name another one in ECOTONE_CATALOGUE: nothing runs so far."
        )
        return
    repositories = sum(len(project.repositories) for project in catalogue.projects)
    organizations = {selector.organization for project in catalogue.projects for selector in project.hub}
    yield ok(
        "catalogue",
        f"{settings.catalogue}: {plural(len(catalogue.projects), 'project')} of "
        f"{plural(len(catalogue.ecosystems), 'ecosystem')}, {repositories:,} repositories, "
        f"{plural(len(organizations), 'Hub organisation')}{', simulated' if catalogue.simulated else ''}",
    )
    for conflict in catalogue.conflicts:
        yield warn("catalogue", conflict, "The entry in the catalogue wins; correct the one that is wrong.")


def _git_url(settings: Settings) -> Finding:
    shown = without_credentials(settings.git_url)
    try:
        address = settings.git_url_of(EXAMPLE)
    except (KeyError, IndexError, ValueError):
        return fail(
            "ECOTONE_GIT_URL",
            f"{shown} is not a template",
            "Write it with {full_name}, or {owner} and {name}, and no other braces: " + DEFAULT_GIT_URL,
        )
    if address == settings.git_url:
        return fail(
            "ECOTONE_GIT_URL",
            f"{shown} is the same for every repository",
            "Write {full_name} where the repository's name belongs.",
        )
    if CREDENTIALS.search(settings.git_url):
        return warn(
            "ECOTONE_GIT_URL",
            f"{shown} holds credentials",
            "They would stand in messages and in the git cache: leave them to a git credential helper.",
        )
    return ok("ECOTONE_GIT_URL", shown + _default(settings.git_url == DEFAULT_GIT_URL))


def _hub(settings: Settings) -> Finding:
    shown = without_credentials(settings.hf_endpoint)
    if urlsplit(settings.hf_endpoint).scheme not in {"http", "https"}:
        return fail(
            "HF_ENDPOINT", f"{shown} is not an address", f"Write it as {DEFAULT_HF_ENDPOINT}, or leave it unset."
        )
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "TRUE", "YES", "ON"}:
        return warn("HF_ENDPOINT", f"{shown} is not asked: HF_HUB_OFFLINE is set", "Unset HF_HUB_OFFLINE.")
    if settings.hf_endpoint == NOWHERE:
        return ok("HF_ENDPOINT", "the one that this installation was filled from, served on this machine")
    return ok("HF_ENDPOINT", shown + _default(settings.hf_endpoint == DEFAULT_HF_ENDPOINT))


def _github(settings: Settings) -> Finding:
    shown = without_credentials(settings.github_url)
    if urlsplit(settings.github_url).scheme not in {"http", "https"}:
        return fail(
            "ECOTONE_GITHUB_URL", f"{shown} is not an address", f"Write it as {DEFAULT_GITHUB_URL}, or leave it unset."
        )
    if settings.github_url == NOWHERE:
        return ok("ECOTONE_GITHUB_URL", "the one that this installation was filled from, served on this machine")
    return ok("ECOTONE_GITHUB_URL", shown + _default(settings.github_url == DEFAULT_GITHUB_URL))


def _github_tokens(settings: Settings) -> Finding:
    number = len(settings.github_tokens)
    if number > 1:
        return ok("GITHUB_TOKENS", f"{number} set")
    return _token("GITHUB_TOKEN", set_=number > 0, without="sources that need it are skipped")


def _github_app(settings: Settings) -> Finding:
    what = "GitHub App"
    try:
        App(settings.github_app_id or "", settings.github_app_key or "").check()
    except ConfigurationError as error:
        return fail(what, str(error), "Until then the App is not used.")
    return ok(what, f"{settings.github_app_id}, with its key")


def _authorities(settings: Settings) -> Finding:
    """The certificate authorities that all connections trust."""
    name = next((name for name in CA_BUNDLE_NAMES if os.environ.get(name)), CA_BUNDLE_NAMES[0])
    if settings.ca_bundle is None:
        return ok(name, "not set: the certificate authorities of this machine")
    try:
        number = len(ssl.create_default_context(cafile=settings.ca_bundle).get_ca_certs())
    except (OSError, ValueError) as error:  # ssl's own errors are OSErrors
        return fail(name, f"{settings.ca_bundle}: {error}", "Name a file of certificates as PEM.")
    alone = "it alone is" if number == 1 else "they alone are"
    text = f"{settings.ca_bundle}: {plural(number, 'certificate authority')}; {alone} trusted"
    return ok(name, f"{text}, by connections to GitHub, the Hub and git hosts alike")


def _proxies() -> Iterator[Finding]:
    """What the environment says of proxies; each connection asks it likewise."""
    proxies = {scheme: address for scheme, address in getproxies().items() if scheme in {"http", "https", "all"}}
    if proxies:
        told = ", ".join(f"{scheme} by {without_credentials(address)}" for scheme, address in sorted(proxies.items()))
        without = os.environ.get("NO_PROXY") or os.environ.get("no_proxy")
        yield ok("proxies", f"{told}{f'; none for {without}' if without else ''}")


def _openrouter(settings: Settings) -> Finding:
    shown = without_credentials(settings.openrouter_url)
    file = settings.openrouter_file
    if file is not None and not Path(file).expanduser().exists():
        return fail(
            "ECOTONE_OPENROUTER_FILE", f"{file} is not there", "Name a CSV or a folder of them, or leave it unset."
        )
    if settings.openrouter_api_key is None:
        without = f"tokens are read from {file} only" if file else "tokens used on OpenRouter are not read"
        return _token("OPENROUTER_API_KEY", set_=False, without=without)
    if urlsplit(settings.openrouter_url).scheme not in {"http", "https"}:
        return fail(
            "ECOTONE_OPENROUTER_URL",
            f"{shown} is not an address",
            f"Write it as {DEFAULT_OPENROUTER_URL}, or leave it unset.",
        )
    return ok("OPENROUTER_API_KEY", f"set, for {shown}{_default(settings.openrouter_url == DEFAULT_OPENROUTER_URL)}")


def _packages(settings: Settings) -> Finding:
    file = settings.packages_file
    if file is not None:
        if not Path(file).expanduser().exists():
            return fail(
                "ECOTONE_PACKAGES_FILE", f"{file} is not there", "Name a folder of look-ups, or leave it unset."
            )
        return ok("ECOTONE_PACKAGES_FILE", f"packages are read from {file}, and the service is not asked")
    if settings.packages_url == OFF:
        return ok("ECOTONE_PACKAGES_URL", "off: package downloads and dependents are not read")
    shown = without_credentials(settings.packages_url)
    if urlsplit(settings.packages_url).scheme not in {"http", "https"}:
        return fail(
            "ECOTONE_PACKAGES_URL",
            f"{shown} is not an address",
            f'Write it as {DEFAULT_PACKAGES_URL}, write "off", or leave it unset.',
        )
    return ok("ECOTONE_PACKAGES_URL", f"{shown}{_default(settings.packages_url == DEFAULT_PACKAGES_URL)}")


def _rankings(settings: Settings) -> Finding:
    if settings.rankings is None:
        return ok("ECOTONE_RANKINGS", "not set: stars and forks of past days are not read")
    if settings.rankings == CLONE:
        return ok("ECOTONE_RANKINGS", "clone: the public repository is fetched (about 250 MB)")
    if not Path(settings.rankings).exists():
        return fail(
            "ECOTONE_RANKINGS",
            f"{settings.rankings} is not there",
            'Name a ranking CSV or a folder of them, write "clone", or leave it unset.',
        )
    return ok("ECOTONE_RANKINGS", settings.rankings)


def _clock(settings: Settings) -> Finding:
    if settings.fixed_now is None:
        return ok("ECOTONE_NOW", "not set: the clock of this machine")
    if Origin.of(settings.home):
        return ok("ECOTONE_NOW", f"{settings.fixed_now.isoformat()}: the end of what this installation was filled from")
    return warn(
        "ECOTONE_NOW",
        f"{settings.fixed_now.isoformat()}: every run believes that it is this moment",
        "Unset it unless you replay something.",
    )


def _token(name: str, *, set_: bool, without: str) -> Finding:
    return ok(name, "set" if set_ else f"not set: {without}")


def _default(is_default: bool) -> str:
    return " (the default)" if is_default else ""


def wrong_settings(error: ConfigurationError) -> Finding:
    """Settings that cannot even be read."""
    return fail("settings", str(error), "Correct it: nothing runs so far.")
