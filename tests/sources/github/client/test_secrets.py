"""A token is planted and looked for in all that the client says: messages, traces, logs, names."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from github_server import ISSUES, PATH, TOKEN, WHERE, Fault, Made, Purse, Server

from pipelines.errors import ConfigurationError, EcotoneError
from pipelines.settings import Settings
from pipelines.sources.github.client.client import GitHub
from pipelines.sources.github.client.errors import LONGEST_MESSAGE, Secrets

REVOKED = "ghp_AnotherOneThatIsRefused"
SECRET = "PlantedByATestNeverToBeSeen"


def whole(error: BaseException) -> str:
    """Everything that a trace could show of an error and of what led to it."""
    text = "".join(traceback.format_exception(error))
    chain: BaseException | None = error
    while chain is not None:
        text += repr(chain) + repr(vars(chain)) + repr(chain.args)
        chain = chain.__cause__ or chain.__context__
    return text


FAULTS: list[Callable[[], Fault]] = [
    lambda: Fault(401, {"message": f"Bad credentials: {TOKEN}"}),
    lambda: Fault(403, {"message": f"{TOKEN} may not do this"}),
    lambda: Fault(404, {"message": f"no such thing for {TOKEN}"}),
    lambda: Fault(500, f"trace: Authorization: bearer {TOKEN}"),
    lambda: Fault(502, f"trace: Authorization: bearer {TOKEN}"),
    lambda: Fault(200, f"bearer {TOKEN}"),
    lambda: Fault(200, {"errors": [{"message": f"{TOKEN} may not do this", "type": "FORBIDDEN"}]}),
    lambda: Fault(cut=True),
    lambda: Fault(seconds=0.5),
]


@pytest.mark.parametrize("make", FAULTS)
@pytest.mark.parametrize("what", ["ask", "pages", "probe", "rest"])
def test_no_error_and_no_log_shows_a_token(
    server: Server, github: Made, caplog: pytest.LogCaptureFixture, make: Callable[[], Fault], what: str
) -> None:
    caplog.set_level(logging.DEBUG)
    fault = make()
    fault.times, fault.when = 99, lambda asked: "viewer" not in asked.query
    server.faults.append(fault)
    server.rest = lambda _asked: (fault.status if fault.status > 200 else 500, fault.body, {})
    client = github(timeout=0.2)
    said = [repr(client), repr(vars(client)["_pool"]), repr(vars(client)["_asker"])]
    try:
        said.append(str(_do(client, what)))
    except EcotoneError as error:
        said.append(whole(error))
    said += [repr(client.budgets), repr(client.bad_tokens), caplog.text]
    assert [text for text in said if SECRET in text] == []


def _do(client: GitHub, what: str) -> Any:
    if what == "ask":
        return client.ask(ISSUES, WHERE | {"first": 1}, what="one issue")
    if what == "pages":
        return list(client.pages(ISSUES, WHERE, path=PATH, what="issues of sound/code"))
    if what == "probe":
        return [whole(error) for error in client.probe(["a/b"], Settings(Path(), Path()).now()).values()]  # type: ignore[arg-type]
    return client.by_rest(lambda rest: rest.get_repo("sound/code").get_repository_advisories().totalCount, what="x")


def test_what_is_wrong_with_a_token_does_not_show_it(server: Server, github: Made) -> None:
    server.purses = {TOKEN: Purse("ada", 1)}
    client = github(REVOKED, TOKEN)
    client.connect()
    assert client.bad_tokens
    assert REVOKED not in str(client.bad_tokens)


def test_settings_do_not_show_tokens_and_say_where_one_is_malformed() -> None:
    settings = Settings.from_environment({"GITHUB_TOKEN": "ghp_one", "GITHUB_TOKENS": " ghp_two ,ghp_one,"})
    assert settings.github_tokens == ("ghp_one", "ghp_two")
    assert settings.github_token == "ghp_one"
    assert "ghp_" not in repr(settings)
    with pytest.raises(ConfigurationError, match="token 2 of 2 holds characters") as raised:
        Settings.from_environment({"GITHUB_TOKENS": "ghp_one,ghp two"})
    assert "ghp_" not in str(raised.value)
    with pytest.raises(ConfigurationError, match="ECOTONE_GITHUB_BUDGET='many' is no number of points"):
        Settings.from_environment({"ECOTONE_GITHUB_BUDGET": "many"})


def test_what_a_server_says_is_shortened_on_one_line_and_without_credentials() -> None:
    hide = Secrets(["secret", "secret-and-more"]).hide
    assert hide("a  secret-and-more\nb") == "a … b"
    assert hide("https://me:hunter2@proxy/ github_pat_11ABC_def ghs_x1") == "https://…@proxy/ … …"
    assert len(hide("x" * 1_000)) == LONGEST_MESSAGE + 1
