"""Every address and the clock: read from the environment once, passed on from there.

An installation's home (`ECOTONE_HOME`) holds everything that a run writes:

home/
├── key                 32 random bytes: the key of the e-mail hashes
├── people.toml         optional: which accounts and addresses are one person
├── lake/               immutable batches and their manifest
├── git/                bare partial clones (a cache: may be deleted)
├── warehouse.duckdb    the pipeline's own working file (may be deleted)
├── ecotone.duckdb      the published file: read-only, replaced atomically
├── site/  export/      what is published beside it
├── charts/             small charts of metrics, which the Dagster UI links
├── dagster/            Dagster's own storage
├── locks/              what one run at a time may use, and who does
└── runs/               locks by which a dead run is told from a living one
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from pipelines.errors import ConfigurationError

KEY_BYTES = 32
DEFAULT_HORIZON_MONTHS = 24
DEFAULT_GIT_URL = "https://github.com/{full_name}.git"
DEFAULT_GIT_SECONDS = 1_800
DEFAULT_HF_ENDPOINT = "https://huggingface.co"
DEFAULT_GITHUB_URL = "https://api.github.com"
CA_BUNDLE_NAMES = ("ECOTONE_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")  # the first that is set
CA_BUNDLE_TELLS = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
)  # by other programs' names
DEFAULT_OPENROUTER_URL = "https://openrouter.ai"
DEFAULT_PACKAGES_URL = "https://packages.ecosyste.ms"


@dataclass(frozen=True)
class Settings:
    """What one installation is told; `Settings.from_environment()` reads it.

    Attributes:
        home: the installation's folder.
        catalogue: path of ecosystems.toml.
        git_url: template with `{full_name}`, `{owner}`, `{name}`; https, file:// or a path, bundle files included.
        hf_endpoint: the Hub's address.
        hf_token: raises the Hub's limits; None reads anonymously.
        hub_listing: a Parquet file that lists the whole Hub, or a folder of its parts; None: not read.
        rankings: a ranking CSV, a folder of them, or "clone" for the public repository; None: not read.
        github_url: the address of GitHub's API: REST there, GraphQL at /graphql below it.
        github_tokens: what reads GitHub's API, several if there are several accounts; none: its streams are skipped.
        github_app_id: the id of a GitHub App, whose installations are asked with, beside the tokens.
        github_app_key: its private key, as PEM.
        github_budget: points that one run may spend; it stops there instead of waiting. None: it waits for GitHub's.
        horizon_months: whole months before this one that GitHub's listings are walked back to before older years.
        old_stars: whether dated stars are walked back beyond the horizon; GitHub's counter gives their number anyway.
        openrouter_url: OpenRouter's address; its data API is at /api/v1/datasets below it.
        openrouter_api_key: what OpenRouter's data API wants; None: it is not asked.
        openrouter_file: a recorded CSV of tokens a day, or a folder of them; None: none is read.
        recorded: a file that says what of which system a recording holds; None: what is asked is the world itself.
        packages_url: the packages service's address; "off": it is not asked.
        packages_file: a folder of recorded look-ups, DATE.packages.jsonl; None: the service is asked.
        contact: an e-mail or address that requests to the packages service name; None: none.
        ca_bundle: a file of certificate authorities that are trusted instead of the machine's; None: those.
        fixed_now: the clock of `ECOTONE_NOW`; None is the real one.
        git_seconds: how long fetching or reading one history may take in all; a stalled fetch is ended after a minute.
    """

    home: Path
    catalogue: Path
    git_url: str = DEFAULT_GIT_URL
    hf_endpoint: str = DEFAULT_HF_ENDPOINT
    hf_token: str | None = field(default=None, repr=False)
    hub_listing: str | None = None
    rankings: str | None = None
    github_url: str = DEFAULT_GITHUB_URL
    github_tokens: tuple[str, ...] = field(default=(), repr=False)
    github_app_id: str | None = None
    github_app_key: str | None = field(default=None, repr=False)
    github_budget: int | None = None
    horizon_months: int = DEFAULT_HORIZON_MONTHS
    old_stars: bool = False
    openrouter_url: str = DEFAULT_OPENROUTER_URL
    openrouter_api_key: str | None = field(default=None, repr=False)
    openrouter_file: str | None = None
    recorded: Path | None = None
    packages_url: str = DEFAULT_PACKAGES_URL
    packages_file: str | None = None
    contact: str | None = None
    ca_bundle: str | None = None
    fixed_now: datetime | None = None
    git_seconds: int = DEFAULT_GIT_SECONDS

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings; a malformed one is a ConfigurationError that names it."""
        root = Path(__file__).resolve().parent.parent
        beside = root / "ecosystems.toml"
        default_catalogue = beside if beside.exists() else Path(__file__).parent / "defaults" / "ecosystems.toml"
        return cls(
            home=Path(environ.get("ECOTONE_HOME") or "data").absolute(),
            catalogue=Path(environ.get("ECOTONE_CATALOGUE") or default_catalogue).absolute(),
            git_url=environ.get("ECOTONE_GIT_URL") or DEFAULT_GIT_URL,
            hf_endpoint=(environ.get("HF_ENDPOINT") or DEFAULT_HF_ENDPOINT).rstrip("/"),
            hf_token=environ.get("HF_TOKEN") or None,
            hub_listing=environ.get("ECOTONE_HUB_LISTING") or None,
            rankings=environ.get("ECOTONE_RANKINGS") or None,
            github_url=(environ.get("ECOTONE_GITHUB_URL") or DEFAULT_GITHUB_URL).rstrip("/"),
            github_tokens=_tokens(environ),
            github_app_id=environ.get("ECOTONE_GITHUB_APP_ID") or None,
            github_app_key=_app_key(environ),
            github_budget=_points(environ.get("ECOTONE_GITHUB_BUDGET")),
            horizon_months=_months(environ.get("ECOTONE_HORIZON_MONTHS")),
            old_stars=_yes("ECOTONE_OLD_STARS", environ.get("ECOTONE_OLD_STARS")),
            openrouter_url=(environ.get("ECOTONE_OPENROUTER_URL") or DEFAULT_OPENROUTER_URL).rstrip("/"),
            openrouter_api_key=environ.get("OPENROUTER_API_KEY") or None,
            openrouter_file=environ.get("ECOTONE_OPENROUTER_FILE") or None,
            recorded=Path(environ["ECOTONE_RECORDED"]).absolute() if environ.get("ECOTONE_RECORDED") else None,
            packages_url=(environ.get("ECOTONE_PACKAGES_URL") or DEFAULT_PACKAGES_URL).rstrip("/"),
            packages_file=environ.get("ECOTONE_PACKAGES_FILE") or None,
            contact=_contact(environ.get("ECOTONE_CONTACT")),
            ca_bundle=_ca_bundle(environ),
            fixed_now=_clock(environ.get("ECOTONE_NOW")),
            git_seconds=_seconds(environ.get("ECOTONE_GIT_SECONDS")),
        )

    def now(self) -> datetime:
        """The time, UTC; with `ECOTONE_NOW`, always that one."""
        return self.fixed_now or datetime.now(UTC)

    def share_ca_bundle(self, environ: MutableMapping[str, str] = os.environ) -> None:
        """Tell the one file of authorities to all that looks for it under a name of its own: git, curl, httpx."""
        if self.ca_bundle is not None:
            environ.update(dict.fromkeys(CA_BUNDLE_TELLS, self.ca_bundle))

    def today(self) -> date:
        """The day in UTC."""
        return self.now().date()

    def git_url_of(self, full_name: str) -> str:
        """The address of `owner/name` under the template."""
        owner, _, name = full_name.partition("/")
        return self.git_url.format(full_name=full_name, owner=owner, name=name)

    def check_git_url(self) -> None:
        """ConfigurationError if the template has another placeholder than those there are."""
        try:
            self.git_url_of("owner/name")
        except (KeyError, IndexError, ValueError) as error:
            raise ConfigurationError(
                f"ECOTONE_GIT_URL is not a template ({error}): write it with {{full_name}}, or {{owner}} and {{name}}, "
                f"and no other braces, as in {DEFAULT_GIT_URL}",
            ) from None

    @property
    def github_token(self) -> str | None:
        """The first of GitHub's tokens; None without one."""
        return self.github_tokens[0] if self.github_tokens else None

    @property
    def github_app(self) -> bool:
        """Whether there is a GitHub App to ask with."""
        return bool(self.github_app_id and self.github_app_key)

    def has(self, need: str) -> bool:
        """Whether a source that `needs` this setting has it; an App does what a token does."""
        return bool(getattr(self, need)) or (need == "github_token" and self.github_app)

    @property
    def lake(self) -> Path:
        """The folder of the batches."""
        return self.home / "lake"

    @property
    def published(self) -> Path:
        """The file that people open."""
        return self.home / "ecotone.duckdb"

    @cached_property
    def key(self) -> bytes:
        """The key of the e-mail hashes, made at first use and never changed (else everyone became a new person)."""
        path = self.home / "key"
        if not path.exists():
            if (self.lake / "manifest.jsonl").exists():
                raise ConfigurationError(
                    f"{path} is missing but {self.lake} holds data hashed with it. Put the key back from your backup; "
                    "with a new one every person would be counted twice.",
                )
            self.home.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f".key-{os.getpid()}")
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
                os.fsync(file.fileno())
            try:
                path.hardlink_to(temporary)  # two first runs at once: one of them makes the key
            except FileExistsError:
                pass
            finally:
                temporary.unlink()
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise ConfigurationError(
                f"{path} must hold {KEY_BYTES} bytes, it holds {len(key)}: restore it from your backup."
            )
        return key


def _tokens(environ: Mapping[str, str]) -> tuple[str, ...]:
    """`GITHUB_TOKEN` and `GITHUB_TOKENS` (comma separated) together, each once."""
    listed = [*(environ.get("GITHUB_TOKEN") or "").split(","), *(environ.get("GITHUB_TOKENS") or "").split(",")]
    tokens = tuple(dict.fromkeys(token.strip() for token in listed if token.strip()))
    for number, token in enumerate(tokens, 1):
        if not token.isascii() or not token.isprintable() or " " in token:
            raise ConfigurationError(
                f"GITHUB_TOKENS: token {number} of {len(tokens)} holds characters that no token has. "
                "Write the tokens side by side with a comma between them.",
            )
    return tokens


def _app_key(environ: Mapping[str, str]) -> str | None:
    """The App's private key: itself (line ends may be written as a backslash and an n), or a path to it."""
    text, path = environ.get("ECOTONE_GITHUB_APP_KEY"), environ.get("ECOTONE_GITHUB_APP_KEY_PATH")
    if not text and path:
        try:
            text = Path(path).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is no text"
            raise ConfigurationError(
                f"ECOTONE_GITHUB_APP_KEY_PATH={path} cannot be read ({why}): name the .pem file that GitHub gave."
            ) from None
    if text and not environ.get("ECOTONE_GITHUB_APP_ID"):
        raise ConfigurationError(
            "ECOTONE_GITHUB_APP_ID is not set, but the App's key is: its settings page shows the id."
        )
    if environ.get("ECOTONE_GITHUB_APP_ID") and not text:
        raise ConfigurationError(
            "ECOTONE_GITHUB_APP_ID is set, but not the App's key: name its .pem file in ECOTONE_GITHUB_APP_KEY_PATH."
        )
    return text.replace("\\n", "\n").strip() + "\n" if text else None


def _ca_bundle(environ: Mapping[str, str]) -> str | None:
    """The file of certificate authorities; either of the names that other programs use suffices for all of ours."""
    for name in CA_BUNDLE_NAMES:
        if path := environ.get(name):
            if not Path(path).expanduser().is_file():
                raise ConfigurationError(f"{name}={path} is not there: name a file of certificates (PEM), or unset it.")
            return str(Path(path).expanduser())
    return None


def _points(text: str | None) -> int | None:
    if not text:
        return None
    if not text.strip().isdecimal():
        raise ConfigurationError(
            f"ECOTONE_GITHUB_BUDGET={text!r} is no number of points. Write 2000, or leave it unset."
        )
    return int(text)


def _contact(text: str | None) -> str | None:
    """It becomes a part of a header: one line of plain characters."""
    if not text:
        return None
    if not text.isascii() or not text.isprintable() or set(text) & set("()\\"):
        raise ConfigurationError(
            f"ECOTONE_CONTACT={text!r} is no address. Write an e-mail or a page, or leave it unset."
        )
    return text


def _seconds(text: str | None) -> int:
    if not text:
        return DEFAULT_GIT_SECONDS
    if not text.strip().isdecimal() or int(text) == 0:
        raise ConfigurationError(
            f"ECOTONE_GIT_SECONDS={text!r} is no number of seconds. Write 3600 for an hour, or leave it unset."
        )
    return int(text)


def _months(text: str | None) -> int:
    if not text:
        return DEFAULT_HORIZON_MONTHS
    if not text.strip().isdecimal() or not int(text):
        raise ConfigurationError(
            f"ECOTONE_HORIZON_MONTHS={text!r} is no number of months. Write 36, or leave it unset for "
            f"{DEFAULT_HORIZON_MONTHS}."
        )
    return int(text)


def _yes(name: str, text: str | None) -> bool:
    if (text or "0").strip().lower() not in {"0", "1"}:
        raise ConfigurationError(f"{name}={text!r} is neither 1 nor 0. Write 1 to turn it on, or leave it unset.")
    return (text or "0").strip() == "1"


def _clock(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            f"ECOTONE_NOW={text!r} is not a time. Write it as 2026-08-22T12:00:00+00:00, or leave it unset.",
        ) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
