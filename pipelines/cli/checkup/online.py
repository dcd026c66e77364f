"""The world outside, asked for something small: the head of one repository, one page of the Hub."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipelines.catalogue import Catalogue
from pipelines.cli.checkup import Finding, fail, ok
from pipelines.cli.checkup.setup import without_credentials
from pipelines.errors import EcotoneError
from pipelines.settings import Settings
from pipelines.sources.git.client import Mirror
from pipelines.sources.huggingface.client.client import HubClient

PROXY = "Without an answer nothing can be fetched: check the network, HTTPS_PROXY, and the address in the setting."


def findings(settings: Settings, catalogue: Catalogue) -> Iterator[Finding]:
    """One repository and one organisation: the first of the catalogue."""
    repository = next((one.name for project in catalogue.projects for one in project.repositories), None)
    if repository:
        yield _repository(settings, repository)
    organization = next((one.organization for project in catalogue.projects for one in project.hub), None)
    if organization:
        yield _organization(settings, organization)


def _repository(settings: Settings, name: str) -> Finding:
    url = settings.git_url_of(name)
    with tempfile.TemporaryDirectory() as folder:
        try:
            head = Mirror(Path(folder) / "never-made.git", url).remote_head()
        except EcotoneError as error:
            return fail("git online", without_credentials(str(error)), PROXY)
    return ok("git online", f"{without_credentials(url)} answers{'' if head else ', and is empty'}")


def _organization(settings: Settings, name: str) -> Finding:
    client = HubClient(settings.hf_endpoint, settings.hf_token)
    try:
        page = next(client.models(what=f"the models of {name}", author=name, expand=["likes"]), None)
    except EcotoneError as error:
        return fail("Hub online", without_credentials(str(error)), PROXY)
    rows = len(page.rows) if page else 0
    return ok("Hub online", f"{without_credentials(settings.hf_endpoint)} answers: {rows:,} models on a page of {name}")
