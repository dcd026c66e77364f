"""What GitHub's client makes of refusals: one outcome and one message each; nothing is lost without a word."""

from __future__ import annotations

from typing import Any

import pytest
from github_server import ISSUES, PATH, WHERE, Fault, Made, Purse, Server, numbers
from graphql import parse

from pipelines.errors import (
    Blocked,
    CursorLost,
    Disabled,
    EcotoneError,
    MissingScope,
    NeedsSso,
    Overloaded,
    Skipped,
    TerminalError,
    Unconfirmed,
)
from pipelines.sources.github.client.answers import UNKNOWN

SCOPES = (
    "Your token has not been granted the required scopes to execute this query. The 'email' field requires one of the "
    "following scopes: ['user:email', 'read:user'], but your token has only been granted the: [''] scopes."
)
SAML = "Resource protected by organization SAML enforcement. You must grant your token access to this organization."
TWO = parse('query two { a: repository(owner: "a", name: "a") { id } b: repository(owner: "b", name: "b") { id } }')


def of_graphql(**error: Any) -> Fault:
    return Fault(200, {"data": {"repository": None}, "errors": [{"path": ["repository"], **error}]})


REFUSALS = [
    pytest.param(
        of_graphql(type="NOT_FOUND", message="Could not resolve"), Unconfirmed, "Unconfirmed until", id="gone"
    ),
    pytest.param(Fault(404, {"message": "Not Found"}), TerminalError, "correct ECOTONE_GITHUB_URL", id="404"),
    pytest.param(of_graphql(type="FORBIDDEN", message="Repository access blocked"), Blocked, "legal", id="blocked"),
    pytest.param(Fault(451, {"message": "Repository access blocked"}), Blocked, "451", id="451"),
    pytest.param(of_graphql(type="INSUFFICIENT_SCOPES", message=SCOPES), MissingScope, "read:user", id="scopes"),
    pytest.param(
        of_graphql(type="FORBIDDEN", message="Resource not accessible by personal access token"),
        MissingScope,
        "Change its permissions",
        id="forbidden",
    ),
    pytest.param(Fault(403, {"message": "Resource not accessible by integration"}), MissingScope, "not read", id="403"),
    pytest.param(
        of_graphql(type="FORBIDDEN", message=SAML, extensions={"saml_failure": True}),
        NeedsSso,
        "Configure SSO",
        id="sso",
    ),
    pytest.param(Fault(403, {"message": SAML}, {"X-GitHub-SSO": "required"}), NeedsSso, "Configure SSO", id="sso-403"),
    pytest.param(
        of_graphql(type="NOT_FOUND", message="The 'sound/code' repository has disabled issues."),
        Disabled,
        "issues are switched off",
        id="disabled",
    ),
    pytest.param(Fault(410, {"message": "Issues are disabled for this repo"}), Disabled, "switched off", id="410"),
    pytest.param(
        of_graphql(type="INVALID_CURSOR_ARGUMENTS", message="`x` does not appear to be a valid cursor."),
        CursorLost,
        "no longer knows the place",
        id="cursor",
    ),
    pytest.param(
        Fault(200, {"errors": [{"message": "Field 'x' doesn't exist", "extensions": {"code": "undefinedField"}}]}),
        TerminalError,
        "refused the query: Field 'x'",
        id="query",
    ),
    pytest.param(Fault(400, {"message": "Problems parsing JSON"}), TerminalError, r"400: Problems", id="400"),
]


@pytest.mark.parametrize(("fault", "kind", "said"), REFUSALS)
def test_each_refusal_has_its_own_outcome_is_asked_once_and_names_the_thing(
    server: Server, github: Made, fault: Fault, kind: type[EcotoneError], said: str
) -> None:
    server.faults.append(Fault(fault.status, fault.body, fault.headers, 1, lambda asked: "viewer" not in asked.query))
    with pytest.raises(kind, match=said) as raised:
        numbers(github())
    assert type(raised.value) is kind
    assert str(raised.value).startswith(("issues of sound/code: ", "repository sound/code: "))
    assert len(server.questions) == 1


def test_what_is_switched_off_counts_as_skipped() -> None:
    assert issubclass(Disabled, Skipped)


def test_another_account_may_see_what_this_one_does_not(server: Server, github: Made) -> None:
    server.purses = {"ghp_one": Purse("ada", 1), "ghp_two": Purse("bob", 2, limit=1_000)}
    refusal = of_graphql(type="NOT_FOUND", message="Could not resolve")
    refusal.when, refusal.times = lambda asked: asked.token == "ghp_one" and "viewer" not in asked.query, 99
    server.faults.append(refusal)
    assert len(numbers(github("ghp_one", "ghp_two"))) == 250


def test_what_no_account_sees_is_gone(server: Server, github: Made) -> None:
    server.purses = {"ghp_one": Purse("ada", 1), "ghp_two": Purse("bob", 2)}
    refusal = of_graphql(type="NOT_FOUND", message="Could not resolve")
    refusal.when, refusal.times = lambda asked: "viewer" not in asked.query, 99
    server.faults.append(refusal)
    with pytest.raises(Unconfirmed):
        numbers(github("ghp_one", "ghp_two"))
    assert len(server.questions) == 2


def test_one_of_several_things_that_is_missing_is_told_beside_the_others(server: Server, github: Made) -> None:
    error = {"type": "NOT_FOUND", "path": ["b"], "message": "Could not resolve"}
    server.data = lambda _asked: {"a": {"id": 1}, "b": None, "errors": [error]}
    answer = github().ask(TWO, {}, what="two repositories")
    assert answer.data == {"a": {"id": 1}, "b": None}
    assert [(each.path, each.type, each.message) for each in answer.errors] == [
        (("b",), "NOT_FOUND", "Could not resolve")
    ]


def lossy(index: int, error: dict[str, Any] | None, *, times: int) -> Any:
    """Pages in which the node at `index` is null, `times` times."""
    left = [times]

    def data(asked: Any) -> dict[str, Any]:
        begin, size = int(asked.variables.get("after") or 0), asked.variables["first"]
        end = min(begin + size, 250)
        nodes: list[Any] = [{"number": number} for number in range(begin, end)]
        info = {"endCursor": str(end), "hasNextPage": end < 250}
        page = {"repository": {"issues": {"totalCount": 250, "nodes": nodes, "pageInfo": info}}}
        if not (begin <= index < end and left[0]):
            return page
        left[0] -= 1
        nodes[index - begin] = None
        told = [{**error, "path": ["repository", "issues", "nodes", index - begin]}] if error else None
        return page | {"errors": told}

    return data


def test_a_node_lost_for_the_time_being_is_asked_for_again(server: Server, github: Made) -> None:
    server.data = lossy(117, {"message": "Something went wrong while executing your query."}, times=2)
    pages = list(github().pages(ISSUES, WHERE, path=PATH, what="issues of sound/code"))
    assert [node["number"] for page in pages for node in page.nodes] == list(range(250))
    assert all(page.missing == () for page in pages)


def test_a_node_that_never_comes_is_told_and_the_others_are_kept(server: Server, github: Made) -> None:
    server.data = lossy(117, {"message": "Something went wrong while executing your query."}, times=999)
    pages = list(github().pages(ISSUES, WHERE, path=PATH, what="issues of sound/code"))
    assert [node["number"] for page in pages for node in page.nodes] == [each for each in range(250) if each != 117]
    (missing,) = [page.missing for page in pages if page.missing]
    assert missing == ("repository.issues.nodes.0: Something went wrong while executing your query.",)


def test_a_node_that_is_null_without_a_word_is_told_at_once(server: Server, github: Made) -> None:
    server.data = lossy(117, None, times=999)
    pages = list(github().pages(ISSUES, WHERE, path=PATH, what="issues of sound/code"))
    assert [page.missing for page in pages] == [(), ("repository.issues.nodes.17: null, and no error says why",), ()]
    assert len(server.questions) == 3


REFUSED = [
    {"type": "FORBIDDEN", "message": "not for you"},
    {"type": "NOT_FOUND", "message": "not for you"},
    {"type": "INSUFFICIENT_SCOPES", "message": "not for you"},
    {"message": "SAML: not for you", "extensions": {"saml_failure": True}},
]


@pytest.mark.parametrize("error", REFUSED)
def test_a_node_that_is_refused_for_good_is_known_to_be_unknown(
    server: Server, github: Made, error: dict[str, Any]
) -> None:
    server.data = lossy(117, error, times=999)
    pages = list(github().pages(ISSUES, WHERE, path=PATH, what="issues of sound/code"))
    assert [page.missing for page in pages] == [(), (), ()]
    assert [page.unknown for page in pages] == [(), (f"repository.issues.nodes.17: {error['message']}",), ()]
    assert [len(page.nodes) for page in pages] == [100, 99, 50]
    assert len(server.questions) == 3


@pytest.mark.parametrize("error", REFUSED)
def test_a_refused_part_of_a_node_is_noted_in_it_and_nothing_is_missing(
    server: Server, github: Made, error: dict[str, Any]
) -> None:
    page = server.issues
    told = {**error, "path": ["repository", "issues", "nodes", 3, "headRepository", "owner"]}
    server.data = lambda asked: page(asked) | {"errors": [told]}
    first = next(github().pages(ISSUES, WHERE, path=PATH, what="issues of sound/code"))
    assert (first.missing, len(first.nodes)) == ((), 100)
    assert first.unknown == (f"repository.issues.nodes.3.headRepository.owner: {error['message']}",)
    noted = [(at, node[UNKNOWN]) for at, node in enumerate(first.nodes) if UNKNOWN in node]
    assert noted == [(3, {"headRepository.owner": error.get("type") or "FORBIDDEN"})]


@pytest.mark.parametrize(
    "error",
    [
        {"type": "SERVICE_UNAVAILABLE", "message": "x"},
        {"type": "RESOURCE_LIMITS_EXCEEDED", "message": "x"},
        {"type": "TIMEOUT", "message": "x"},
        {"message": "Something went wrong while executing your query."},
        {"message": "timedout"},
    ],
)
def test_a_part_that_overload_took_is_missing_and_asked_for_again(
    server: Server, github: Made, error: dict[str, Any]
) -> None:
    page = server.issues
    told = {**error, "path": ["repository", "issues", "nodes", 0, "author"]}
    server.data = lambda asked: page(asked) | ({"errors": [dict(told)]} if asked.variables["first"] > 20 else {})
    pages = list(github().pages(ISSUES, WHERE, path=PATH, what="issues of sound/code"))
    assert [node["number"] for page in pages for node in page.nodes] == list(range(250))
    assert all(page.missing == page.unknown == () for page in pages)


ROOTS: list[dict[str, Any]] = [
    {"data": {"repository": None}, "errors": [{"message": "odd"}]},
    {"data": {"repository": None}, "errors": [{"type": "SERVICE_UNAVAILABLE", "path": ["repository"], "message": "x"}]},
    {"data": None, "errors": [{"type": "SERVICE_UNAVAILABLE", "message": "x"}]},
    {"errors": [{"type": "NOT_FOUND", "message": "Could not resolve"}]},
    {"data": {"repository": None}},
    {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND", "path": ["repository", "x", 1], "message": "x"}]},
]


@pytest.mark.parametrize("body", ROOTS)
def test_a_root_is_gone_only_by_not_found_on_its_own_path_else_it_passes(
    server: Server, github: Made, body: dict[str, Any]
) -> None:
    server.faults.append(Fault(200, body, when=lambda asked: "viewer" not in asked.query))
    assert numbers(github()) == list(range(250))


def test_a_lost_connection_is_an_error_and_not_an_empty_page(server: Server, github: Made) -> None:
    error = {"type": "FORBIDDEN", "path": ["repository", "issues"], "message": "not for you"}
    server.data = lambda _asked: {"repository": {"issues": None}, "errors": [error]}
    with pytest.raises(MissingScope, match="not for you"):
        numbers(github())


def test_a_null_without_a_word_is_a_sign_of_overload(server: Server, github: Made) -> None:
    server.data = lambda _asked: {"repository": None, "other": 1}
    with pytest.raises(Overloaded, match="is not in GitHub's answer"):
        numbers(github())


def test_a_partial_answer_that_stays_partial_is_handed_over_with_its_errors(server: Server, github: Made) -> None:
    error = {"path": ["b"], "message": "Something went wrong while executing your query."}
    server.data = lambda _asked: {"a": {"id": 1}, "b": None, "errors": [dict(error)]}
    answer = github().ask(TWO, {}, what="two repositories")
    assert answer.data["a"] == {"id": 1}
    assert answer.errors[0].path == ("b",)
    assert len(server.questions) == 5


def test_an_overloaded_answer_names_what_was_asked(server: Server, github: Made) -> None:
    server.faults.append(Fault(502, times=99, when=lambda asked: "viewer" not in asked.query))
    with pytest.raises(Overloaded, match=r"^two repositories: "):
        github().ask(TWO, {}, what="two repositories")
    assert len(server.questions) == 5
