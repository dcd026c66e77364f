"""Where a history is, and who is told the token: an address, its files if it is here, what may be shown of it.

The token is offered to GitHub's own host alone, in a header that git gets by its environment: it stands in no address,
no file and no list of arguments, and it follows no redirect.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from pipelines.errors import SourceError, TerminalError, TransientError
from pipelines.settings import Settings

GITHUB_API = "api.github.com"
CLOUD_API = re.compile(r"api\.(?P<host>[a-z0-9-]+\.ghe\.com)")  # GitHub Enterprise Cloud with data residency
LIVE = re.compile(r"^\[ecotone\]\s*\n(?:\s+.*\n)*?\s+live\s*=\s*true\s*$", re.MULTILINE | re.IGNORECASE)
ABSENT = re.compile(
    r"does not appear to be a git repository|[Rr]epository (?:'[^']*' )?not found|does not exist|could not read"
    r" Username|Authentication failed|not valid: is this a git repository|returned error: 40[134]|returned error: 451",
)
MOVED = re.compile(r"returned error: 30[12378]|update url base from redirection|redirect")
INCOMPLETE = re.compile(
    r"lacks these prerequisite|shallow|[Cc]ould not read [0-9a-f]{40}|[Ff]ailed to traverse parents|missing commit"
    r"|unable to parse object|not our ref|promisor remote|could not fetch [0-9a-f]{40}",
)
DAMAGED = re.compile(
    r"index-pack (failed|died)|unpack-objects|bad (object|pack)|pack is corrupted|corrupt|inflate"
    r"|missing necessary objects|did not send all necessary objects|unrecognized header|not a v2 or v3 bundle"
    r"|pack (signature|has)|fatal: early EOF",
)
PASSING = re.compile(
    r"Could not resolve host|[Tt]imed? ?out|Connection (refused|reset)|RPC failed|early EOF|hung up"
    r"|returned error: (429|5\d\d)|Operation too slow|SSL|unable to access",
)
WHOLE = (
    "it lacks objects that its history refers to (it is shallow, a partial clone, or a bundle of a part). Name a whole "
    "copy: `git fetch --unshallow` in it, `git clone --mirror`, or `git bundle create FILE --all` in a whole one."
)


@dataclass(frozen=True)
class Address:
    """The address of one repository, as git is to have it.

    Attributes:
        url: https, ssh, file:// or an absolute path; a bundle is a path, as git reads no other.
        path: the folder or bundle on this machine; None if it is elsewhere.
    """

    url: str
    path: Path | None = None

    @classmethod
    def of(cls, url: str) -> Address:
        """Read what ECOTONE_GIT_URL gives for a repository."""
        if "://" not in url:
            if re.match(r"[^/]+:", url):  # host:path, git's short form of ssh
                return cls(url)
            path = Path(url).absolute()
            return cls(str(path), path)
        parts = urlsplit(url)
        if parts.scheme != "file":
            return cls(url)
        path = Path(unquote(parts.path))
        return cls(str(path) if path.is_file() else url, path)

    @property
    def shown(self) -> str:
        """The address without a name or password that may stand in it."""
        parts = urlsplit(self.url) if "://" in self.url else None
        if parts is None or "@" not in parts.netloc:
            return self.url
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))

    @property
    def is_bundle(self) -> bool:
        """Whether it is one file on this machine."""
        return self.path is not None and self.path.is_file()

    @property
    def is_copy(self) -> bool:
        """Whether it is a copy on this machine, of which only its commits tell how new it is.

        A repository here that its owner keeps up to date says so: `git config ecotone.live true` in it.
        """
        if self.path is None:
            return False
        config = self._file("config")
        return config is None or not LIVE.search(config.read_text(errors="replace"))

    def environment(self) -> dict[str, str]:
        """What keeps git on this machine where the source is: a partial clone there would ask its own remote."""
        return {} if self.path is None else {"GIT_ALLOW_PROTOCOL": "file"}

    def check_whole(self) -> None:
        """TerminalError if it is a shallow repository on this machine: it has no whole history to give."""
        marks = self._file("shallow")
        if marks is not None and marks.stat().st_size:
            raise TerminalError(f"{self.shown} could not be fetched: {WHOLE}")

    def _file(self, name: str) -> Path | None:
        if self.path is None or not self.path.is_dir():
            return None
        return next((found for folder in (self.path, self.path / ".git") if (found := folder / name).is_file()), None)


@dataclass(frozen=True)
class Access:
    """The token, and the one host that may be told it.

    Attributes:
        base: `https://github.com`, or that of the Enterprise Server that ECOTONE_GITHUB_URL names.
        token: GitHub's; None: nobody is told anything.
    """

    base: str = ""
    token: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Access:
        """The access that the settings give."""
        parts = urlsplit(settings.github_url)
        host = parts.netloc.rpartition("@")[2].lower()
        if host == GITHUB_API:
            host = "github.com"
        elif cloud := CLOUD_API.fullmatch(host):
            host = cloud["host"]
        return cls(f"{parts.scheme}://{host}", settings.github_token)

    def opens(self, address: Address) -> bool:
        """Whether the address is on the token's host, and has no name of its own in it."""
        if self.token is None or "://" not in address.url:
            return False
        parts = urlsplit(address.url)
        return f"{parts.scheme}://{parts.netloc.lower()}" == self.base

    def configuration(self) -> list[tuple[str, str]]:
        """The header with the token, for its host alone; a redirect is an error, as git would send it along."""
        return [
            (f"http.{self.base}/.extraHeader", f"Authorization: Basic {self._basic()}"),
            (f"http.{self.base}/.followRedirects", "false"),
        ]

    def hidden(self, said: str) -> str:
        """What git said, without the token if a server has sent it back."""
        if self.token is None:
            return said
        return said.replace(self._basic(), "…").replace(self.token, "…")

    def _basic(self) -> str:
        return base64.b64encode(f"x-access-token:{self.token}".encode()).decode()


def classified(address: Address, what: str, said: str, *, killed: bool = False) -> SourceError:
    """The error that git's words mean; `killed`: it asked for an object that was not in what it had fetched."""
    last, url = re.sub(r"\s+", " ", said)[-400:], address.shown
    told = f" (git: {last})" if last else ""
    if killed or (INCOMPLETE.search(said) and not ABSENT.search(said)):
        return TerminalError(f"{url} could not be {what}: {WHOLE}{told}")
    if ABSENT.search(said):
        return TerminalError(
            f"{url} could not be {what}: there is no such repository, or it is private. If it was renamed, give its "
            f"new name in ecosystems.toml and keep the old one under `former`; if it is private, GITHUB_TOKEN must be "
            f"allowed to read its contents.{told}",
        )
    if MOVED.search(said):
        return TerminalError(
            f"{url} could not be {what}: it sends us to another address, and the token is not sent there. If it was "
            f"renamed, give its new name in ecosystems.toml and keep the old one under `former`.{told}",
        )
    if DAMAGED.search(said) and (address.path is not None or not PASSING.search(said)):
        return TerminalError(f"{url} could not be {what}: it is damaged; replace it by a whole copy.{told}")
    if PASSING.search(said):
        return TransientError(f"{url} could not be {what} now.{told}")
    return TerminalError(f"{url} could not be {what}.{told}")
