"""The Hugging Face Hub's listings: pages, limits and retries. Data flows from the Hub to a source, as decoded JSON.

`huggingface_hub` gives the headers, the errors and the reading of `RateLimit`; `web` bounds each answer; the pages are
turned here, because its own `paginate` hides what a listing that must not be lost needs: where it broke off, whether a
page came twice, and the budget. A client is made for one fetch and used by one thread.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import httpx2
from huggingface_hub import is_offline_mode
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.utils import (  # type: ignore[attr-defined]  # public, but imported there without `as`
    build_hf_headers,
    hf_raise_for_status,
    parse_ratelimit_headers,
)

from pipelines.errors import Denied, Gone, Skipped, SourceError, TerminalError, TransientError
from pipelines.sources.web import RETRIED_STATUSES, NoAnswer, Web

Form = TypeVar("Form", list[Any], dict[str, Any])

PAGE_ROWS = 1_000  # the Hub's largest page; calls are what it limits, not rows
LONGEST_WAIT_SECONDS = 600.0  # for one page: two of the Hub's 5-minute windows; a longer demand is not a rate limit
MOST_PAGES = 500  # of a listing of which the Hub announces no size: half a million models of one owner
SPARE_PAGES = 2  # beyond what was announced: models are made while a listing is read
TOLD_APART = frozenset({"direction", "expand", "limit", "sort"})  # the same in every listing: left out of messages
STALE_PAGES = 3  # pages in a row with nothing new: the listing goes in circles
# Said by the sandbox's recorded Hub of a listing that never was whole, and in a refusal of what was not recorded.
SAMPLE_HEADER = "X-Ecotone-Sample"

MODEL_FIELDS = (
    "author",
    "baseModels",
    "cardData",
    "childrenModelCount",
    "config",
    "createdAt",
    "disabled",
    "downloads",
    "downloadsAllTime",
    "gated",
    "gguf",
    "lastModified",
    "library_name",
    "likes",
    "pipeline_tag",
    "safetensors",
    "siblings",
    "spaces",
    "tags",
    "trendingScore",
)


@dataclass(frozen=True)
class Page:
    """One page of a listing.

    Attributes:
        rows: decoded objects, each with a text `id` not shown earlier in this listing.
        left_out: how many rows had no id.
        repeated: True if most of the page's rows had been on earlier pages, which a cursor should never show again.
        sample: what the server says of a listing that is a sample by nature; None for a whole one.
    """

    rows: list[dict[str, Any]]
    left_out: int = 0
    repeated: bool = False
    sample: str | None = None


class HubClient:
    """Reads listings of one Hub.

    Args:
        endpoint: the Hub's address, without a slash at the end.
        token: a user access token; None reads anonymously, whatever is saved on this machine.
        progress: told when the client has to wait.
        sleep: how it waits, in seconds.
    """

    def __init__(
        self,
        endpoint: str,
        token: str | None = None,
        *,
        progress: Callable[[str], None] = lambda _text: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.endpoint = endpoint
        self.requests = 0
        self.limit: int | None = None  # calls in a window, as the last answer's headers have it
        self._headers = build_hf_headers(token=token or False, library_name="ecotone")
        self._web = Web("HF_ENDPOINT", self._headers)
        self._anonymous = token is None
        self._progress = progress
        self._sleep = sleep
        self._exhausted_until = 0.0
        self._waited = 0.0  # for the present page

    def models(
        self,
        *,
        what: str,
        author: str | None = None,
        filters: Sequence[str] = (),
        expand: Sequence[str] = MODEL_FIELDS,
        announced: int | None = None,
    ) -> Iterator[Page]:
        """All pages of `GET /api/models`, newest model first: an order that downloads do not shuffle between pages.

        Args:
            what: names the listing in errors: "the models of aurora-lab".
            author: only models of this user or organisation.
            filters: tags that a model must have, such as `base_model:aurora-lab/Aurora-1`.
            expand: the fields asked for; `id` and `_id` always come.
            announced: how many models the Hub said that there are; None: it did not.

        Raises:
            TransientError: the Hub could not answer now. Pages yielded before stand.
            TerminalError: it refused, or what it sent is no listing. Pages yielded before stand.
        """
        params: list[tuple[str, str | int]] = [("limit", PAGE_ROWS), ("sort", "createdAt"), ("direction", -1)]
        if author is not None:
            params.append(("author", author))
        params += [("filter", value) for value in filters]
        params += [("expand", value) for value in expand]
        yield from self.listing("/api/models", params, what=what, announced=announced)

    def listing(
        self, path: str, params: Sequence[tuple[str, str | int]], *, what: str, announced: int | None = None
    ) -> Iterator[Page]:
        """All pages of a listing that is a list of objects with `id`, in the order asked for.

        Raises:
            TransientError, TerminalError, Skipped: as `models`. Pages yielded before stand.
        """
        url: str | None = str(httpx2.URL(f"{self.endpoint}{path}", params=params))
        asked: set[str] = set()
        shown: set[str] = set()
        stale = 0
        most = MOST_PAGES if announced is None else math.ceil(announced / PAGE_ROWS) + SPARE_PAGES
        while url is not None:
            if len(asked) == most:
                told = "the Hub announces no size" if announced is None else f"{announced:,} were announced"
                raise TerminalError(f"{_asked_for(url, what)}: no end after {most:,} pages, and {told}; it was left.")
            asked.add(url)
            rows, response = self._page(url, what, list)
            page = _new_rows(rows, shown, response.headers.get(SAMPLE_HEADER))
            yield page
            stale = 0 if page.rows or not rows else stale + 1
            if stale == STALE_PAGES:
                raise TerminalError(
                    f"{_asked_for(url, what)}: {stale} pages in a row showed nothing new; the listing was left."
                )
            url = self._next(response)
            if url in asked:
                raise TerminalError(
                    f"{_asked_for(url, what)}: the Hub named the same next page twice; the listing was left."
                )

    def document(self, path: str, params: Sequence[tuple[str, str | int]] = (), *, what: str) -> dict[str, Any]:
        """One answer that is an object.

        Raises:
            Gone, TransientError, TerminalError, Skipped: as `model` and `models`.
        """
        answer, _response = self._page(str(httpx2.URL(f"{self.endpoint}{path}", params=params)), what, dict)
        return answer

    def model(self, name: str, *, expand: Sequence[str] = MODEL_FIELDS) -> dict[str, Any]:
        """One model by its id; a renamed one is found under its former name.

        Raises:
            Gone: the Hub says that there is none, or none for us: it does not tell private from missing.
            TransientError, TerminalError, Skipped: as `models`; they say nothing of the model.
        """
        params: list[tuple[str, str | int]] = [("expand", field) for field in expand]
        return self.document(f"/api/models/{quote(name)}", params, what=f"the model {name}")

    def _next(self, response: httpx2.Response) -> str | None:
        """The next page's address, always at our endpoint: a host that the answer names must not get the token."""
        named = response.links.get("next", {}).get("url")
        if named is None:
            return None
        home, there = urlsplit(self.endpoint), urlsplit(urljoin(str(response.url), named))
        return urlunsplit((home.scheme, home.netloc, there.path, there.query, ""))

    def _page(self, url: str, what: str, form: type[Form]) -> tuple[Form, httpx2.Response]:
        self._waited = 0.0
        return self._web.retried(lambda: self._once(url, what, form))

    def _once(self, url: str, what: str, form: type[Form]) -> tuple[Form, httpx2.Response]:
        self._wait_for_budget(_asked_for(url, what))
        self.requests += 1
        if is_offline_mode():
            raise TerminalError("HF_HUB_OFFLINE is set: unset it to read the Hub.")
        response = self._web.get(url, what=_asked_for(url, what))
        self._note_budget(response)
        self._raise_for_status(response, url, what)
        try:
            answer = response.json()
        except ValueError as error:
            kind = response.headers.get("content-type", "").partition(";")[0] or "something"
            detail = (
                "JSON that breaks off or is damaged"
                if "json" in kind
                else f"{kind} instead of JSON: a proxy or a login page between?"
            )
            raise TransientError(f"{_asked_for(url, what)}: the answer is {detail}") from error
        if not isinstance(answer, form):
            raise TerminalError(f"{_asked_for(url, what)}: the answer is no JSON {form.__name__}: {str(answer)[:200]}")
        return answer, response

    def _raise_for_status(self, response: httpx2.Response, url: str, what: str) -> None:
        try:
            hf_raise_for_status(response)
        except HfHubHTTPError as error:
            raise self._refusal(response, error, _asked_for(url, what)) from error

    def _refusal(self, response: httpx2.Response, error: HfHubHTTPError, asked: str) -> SourceError:
        status = response.status_code
        said = f" ({error.server_message})" if error.server_message else ""
        if unrecorded := response.headers.get(SAMPLE_HEADER):
            return Skipped(unrecorded)
        if status in RETRIED_STATUSES:
            return TransientError(f"{asked}: {status}{said}")
        if status == httpx2.codes.UNAUTHORIZED and not self._anonymous:
            return TerminalError(
                f"{asked}: the Hub refused the token in HF_TOKEN (401). Unset it, or make a new one with read access."
            )
        if status in {httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN, httpx2.codes.NOT_FOUND}:
            kind: type[TerminalError] = Gone if _is_the_hubs_word(response) else TerminalError
            return (Denied if status == httpx2.codes.FORBIDDEN else kind)(
                f"{asked}: {status}, missing or private{said}. Check the name in the catalogue and HF_ENDPOINT."
            )
        return TerminalError(f"{asked}: {status}{said}")

    def _note_budget(self, response: httpx2.Response) -> None:
        limit = parse_ratelimit_headers(response.headers)
        self.limit = limit.limit if limit is not None and limit.limit else self.limit
        seconds = limit.reset_in_seconds if limit is not None and limit.remaining == 0 else 0
        after = response.headers.get("retry-after", "")
        if response.status_code in RETRIED_STATUSES and after.isdecimal():
            seconds = max(seconds, int(after))
        if seconds:
            # One more, because the header is rounded.
            self._exhausted_until = time.monotonic() + min(seconds + 1.0, LONGEST_WAIT_SECONDS)

    def _wait_for_budget(self, asked: str) -> None:
        """Sit out a used-up window, so that the Hub does not have to refuse.

        Raises:
            NoAnswer: it asked to wait again and again.
        """
        seconds = self._exhausted_until - time.monotonic()
        self._exhausted_until = 0.0
        if seconds > 0:
            self._waited += seconds
            if self._waited > LONGEST_WAIT_SECONDS + 1.0:
                raise NoAnswer(f"{asked}: the Hub asked to wait for more than {LONGEST_WAIT_SECONDS:,.0f} s in all")
            self._progress(f"the Hub's limit of calls is used up: {seconds:,.0f} s until it goes on")
            self._sleep(seconds)


def _is_the_hubs_word(response: httpx2.Response) -> bool:
    """True if the refusal is the Hub's own: no proxy's page, and not for want of an agreement to a model's terms."""
    is_page = "html" in response.headers.get("content-type", "")
    return not is_page and response.headers.get("x-error-code") in {None, "RepoNotFound"}


def _asked_for(url: str, what: str) -> str:
    parts = urlsplit(url)
    query = "&".join(part for part in parts.query.split("&") if part.partition("=")[0] not in TOLD_APART)
    address = f"{parts.scheme}://{parts.netloc}{parts.path}"
    return f"{what}, from {address}?{query}" if query else f"{what}, from {address}"


def _new_rows(rows: list[Any], shown: set[str], sample: str | None) -> Page:
    named = [row for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str) and row["id"]]
    new: list[dict[str, Any]] = []
    for row in named:
        if row["id"] not in shown:
            shown.add(row["id"])
            new.append(row)
    return Page(new, left_out=len(rows) - len(named), repeated=len(new) < len(named) / 2, sample=sample)
