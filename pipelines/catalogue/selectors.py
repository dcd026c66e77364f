"""What a project selects of a publisher's models, on the Hub and on OpenRouter: read, and compared for overlaps."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.catalogue.lines import Path as Place
from pipelines.catalogue.model import Selector
from pipelines.catalogue.problems import Problems


@dataclass(frozen=True)
class Platform:
    """Where models are published.

    Attributes:
        called: in messages: "of the Hub".
        publisher: what publishes there: "organisation".
        address: what a user may have pasted in front.
        form: how a selector is written.
    """

    called: str
    publisher: str
    address: str
    form: re.Pattern[str]


HUB = Platform(
    "of the Hub",
    "organisation",
    "https://huggingface.co/",
    re.compile(r"(?P<organization>[A-Za-z0-9][A-Za-z0-9._-]*)(?:/(?P<pattern>[A-Za-z0-9._*?-]+))?"),
)
OPENROUTER = Platform(  # a variant stands behind a colon, like `:free`
    "of OpenRouter",
    "author",
    "https://openrouter.ai/",
    re.compile(r"(?P<organization>[a-z0-9][a-z0-9._-]*)(?:/(?P<pattern>[A-Za-z0-9._:*?-]+))?"),
)


@dataclass(frozen=True)
class Use:
    """One selector, with the project and the place that it stands in."""

    selector: Selector
    project: str
    place: Place

    @property
    def parts(self) -> tuple[str, str | None]:
        """Organisation and pattern."""
        return self.selector.organization, self.selector.pattern


def read(platform: Platform, place: Place, value: Any, project: str, problems: Problems) -> Use | None:  # noqa: ANN401
    """Read one selector; None, with the mistake remembered, if it is none."""
    match = platform.form.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        text = str(value).removeprefix(platform.address).strip("/")
        meant = text if platform.form.fullmatch(text) else platform.publisher
        problems.add(
            place,
            f'{value!r} is not {platform.called}: write "{meant}", or "{platform.publisher}/name*" for those models '
            "of it.",
        )
        return None
    pattern = match["pattern"]
    whole = pattern is None or not pattern.strip("*")
    return Use(Selector(match["organization"], None if whole else pattern), project, place)


def check(found: Sequence[Use], problems: Problems) -> None:
    """A model counts for one project: what two of them select provably twice is a mistake."""
    for one, two in itertools.combinations(found, 2):
        if one.selector.overlaps(two.selector):
            other = f" (project {one.project})" if one.project != two.project else ""
            where = f"line {problems.line(one.place)}{other}"
            remedy = "Remove one" if not other else "Remove one, or write patterns that select different models"
            problems.add(
                two.place, f"{two.selector} selects models that {one.selector} in {where} selects, too. {remedy}."
            )
