"""Recorded real data as an installation's input: which Hub days there are, and how to run over each of them.

Nothing is copied: the Hub's files are served over loopback, bundles and rankings are read where they lie. Listings of
a recorded day are samples of the Hub; what one does not show was not observed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from pipelines.errors import ConfigurationError
from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.loopback import loopback_environment

MODELS_SUFFIX = ".models.jsonl.gz"
END_OF_DAY = time(23, 59, 59, tzinfo=UTC)  # a recorded day is looked back upon when it is over


@dataclass(frozen=True)
class Recording:
    """A folder of recorded data; `recording()` reads what is there.

    Attributes:
        folder: where it lies.
        days: the Hub's days, in order; the runs to make.
        git_url: template of the bundles, for ECOTONE_GIT_URL.
        rankings: path of the ranking CSVs, for ECOTONE_RANKINGS.
        tokens: path of the CSVs of tokens a day, for ECOTONE_OPENROUTER_FILE; None: there are none.
    """

    folder: Path
    days: tuple[date, ...]
    git_url: str
    rankings: str
    tokens: str | None = None

    def hub_for(self, day: date) -> HubModels:
        """The Hub of that day, to be served by a HubServer; KeyError if it was not recorded."""
        if day not in self.days:
            raise KeyError(day)
        sample = f"the recorded listing of {day} is a sample of the Hub: what it does not show was not observed"
        return HubModels.recorded(self.folder / "huggingface" / f"{day}{MODELS_SUFFIX}", sample)

    def github_for(self, day: date) -> None:
        """No GitHub was recorded: its API is not asked."""

    def openrouter_for(self, day: date) -> None:
        """No OpenRouter is served: what was recorded of it is read as a file."""

    def environment(
        self, endpoint: str, day: date, github: str | None = None, openrouter: str | None = None
    ) -> dict[str, str]:
        """The settings for a run at the end of that day, with the Hub served at `endpoint`."""
        return {
            **loopback_environment(endpoint, github, openrouter),
            "ECOTONE_OPENROUTER_FILE": self.tokens or "",
            "ECOTONE_GIT_URL": self.git_url,
            "ECOTONE_RANKINGS": self.rankings,
            "ECOTONE_NOW": datetime.combine(day, END_OF_DAY).isoformat(),
        }


def recording(folder: Path) -> Recording:
    """What is recorded in the folder; ConfigurationError that names what is missing."""
    folder = folder.resolve()
    needed = {"huggingface": "Hub days", "git": "bundles", "github/ranking-daily.csv.gz": "rankings"}
    for name, what in needed.items():
        if not (folder / name).exists():
            raise ConfigurationError(
                f"{folder} has no {name}: there are no recorded {what}. Name the folder of the recorded data."
            )
    days = sorted(_day(path) for path in (folder / "huggingface").glob(f"*{MODELS_SUFFIX}"))
    if not days:
        raise ConfigurationError(
            f"{folder / 'huggingface'} has no file called DATE{MODELS_SUFFIX}: no Hub day is recorded."
        )
    plain = str(folder).replace("{", "{{").replace("}", "}}")
    tokens = folder / "openrouter"
    return Recording(
        folder,
        tuple(days),
        f"{plain}/git/{{owner}}+{{name}}.bundle",
        str(folder / "github" / "ranking-daily.csv.gz"),
        str(tokens) if any(tokens.glob("*.csv")) else None,
    )


def _day(path: Path) -> date:
    text = path.name.removesuffix(MODELS_SUFFIX)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"{path}: {text!r} is not a day. Call the file YYYY-MM-DD{MODELS_SUFFIX}.") from None
