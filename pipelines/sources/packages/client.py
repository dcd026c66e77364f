"""The packages service of ecosyste.ms: which packages a repository publishes, with their counts. From HTTP to JSON.

`GET /api/v1/packages/lookup` answers one array with every package of every registry. The service allows 5,000 requests
an hour from an address, and asks for a User-Agent that names the program. A client is made for one fetch and used by
one thread; what was sent is counted for the whole process.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import httpx2

from pipelines.errors import Paused, SourceError, TerminalError, TransientError
from pipelines.sources.web import RETRIED_STATUSES, Web

PATH = "/api/v1/packages/lookup"
REQUESTS_AN_HOUR = 5_000  # docs: ecosyste.ms, an address without a key
KEPT_FREE = 500  # of them, for whoever else asks from this address
HOUR = 3_600.0
LONGEST_WAIT_SECONDS = 120.0  # that a refusal may ask for; a longer one ends the run's asking
REPOSITORY, PURL = "repository", "purl"  # how packages are found


@dataclass(frozen=True)
class Looked:
    """What a look-up says: the packages as decoded JSON, and whether there are more that it did not show."""

    packages: list[Any]
    has_more: bool = False


class Spent:
    """Requests of the last hour to each host, whichever client sent them."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._sent: dict[str, deque[float]] = {}

    def take(self, origin: str) -> None:
        """Count one more; Paused if the hour's are used up."""
        with self._guard:
            sent = self._sent.setdefault(origin, deque())
            now = time.monotonic()
            while sent and now - sent[0] > HOUR:
                sent.popleft()
            if len(sent) >= REQUESTS_AN_HOUR - KEPT_FREE:
                minutes = (sent[0] + HOUR - now) / 60
                raise Paused(
                    f"{len(sent):,} requests were made within an hour, of {REQUESTS_AN_HOUR:,} that {origin} allows: "
                    f"the next run goes on, {minutes:,.0f} minutes from now at the earliest."
                )
            sent.append(now)


SPENT = Spent()


class PackagesClient:
    """Looks packages up.

    Args:
        url: the service's address, without a slash at the end.
        contact: an address or e-mail that the User-Agent names; None: the program's name alone.
        progress: told when the client has to wait.
        sleep: how it waits, in seconds.
    """

    def __init__(
        self,
        url: str,
        contact: str | None = None,
        *,
        progress: Callable[[str], None] = lambda _text: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url
        self.requests = 0
        agent = f"ecotone/{version('ecotone')} (measures the health of open-source AI ecosystems"
        headers = {"Accept": "application/json", "User-Agent": f"{agent}; {contact})" if contact else f"{agent})"}
        self._web = Web("ECOTONE_PACKAGES_URL", headers)
        self._progress = progress
        self._sleep = sleep
        self._wait = 0.0

    def of_repository(self, full_name: str) -> Looked:
        """Every package that names this repository of GitHub's as its source.

        Raises:
            Paused: the hour's requests are used up, or the service asks to wait for long.
            TransientError: it could not answer now.
            TerminalError: it refused, or what it sent is no list.
        """
        return self._lookup({"repository_url": f"https://github.com/{full_name}"}, f"the packages of {full_name}")

    def of_purl(self, purl: str) -> Looked:
        """The package with that package URL, in each registry that has one. Raises as `of_repository`."""
        return self._lookup({"purl": purl}, f"the package {purl}")

    def _lookup(self, params: dict[str, str], what: str) -> Looked:
        asked = f"{what}, from {self.url}{PATH}"
        return self._web.retried(lambda: self._once(params, asked))

    def _once(self, params: dict[str, str], asked: str) -> Looked:
        if self._wait:
            seconds, self._wait = self._wait, 0.0
            self._progress(f"the packages service asks to wait: {seconds:,.0f} s until it goes on")
            self._sleep(seconds)
        SPENT.take(urlsplit(self.url).netloc)
        self.requests += 1
        response = self._web.get(self.url + PATH, params=params, what=asked)
        if response.status_code != httpx2.codes.OK:
            raise self._refusal(response, asked)
        try:
            answer = response.json()
        except (ValueError, RecursionError) as error:
            raise TransientError(f"{asked}: the answer is no JSON, or breaks off") from error
        if not isinstance(answer, list):
            raise TerminalError(f"{asked}: the answer is no list of packages: {str(answer)[:200]}")
        return Looked(answer, has_more="next" in response.links)

    def _refusal(self, response: httpx2.Response, asked: str) -> SourceError:
        status = response.status_code
        after = response.headers.get("retry-after", "")
        if status in RETRIED_STATUSES:
            seconds = float(after) if after.isdecimal() and len(after) < len("1000000") else 0.0
            if seconds > LONGEST_WAIT_SECONDS:
                return Paused(f"{asked}: {status}, asked to wait for {seconds:,.0f} s: the next run goes on.")
            self._wait = seconds
            return TransientError(f"{asked}: {status}")
        said = " ".join(response.text.split())[:200]
        return TerminalError(f"{asked}: {status}{f' ({said})' if said else ''}. Check ECOTONE_PACKAGES_URL.")
