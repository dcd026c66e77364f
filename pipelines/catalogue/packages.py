"""Package URLs (purl) in the catalogue: they correct what a look-up of packages by repository finds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pipelines.catalogue.lines import Path as Place
from pipelines.catalogue.problems import Problems

# https://github.com/package-url/purl-spec, without version, qualifiers and subpath; `!` in front leaves it out
_FORM = re.compile(r"!?pkg:[a-z][a-z0-9.+-]*/(?:@[^@\s?#]+|%40[^@\s?#]+|[^@\s?#]+)")


def read(place: Place, values: Sequence[Any], problems: Problems) -> tuple[str, ...]:
    """The package URLs of a list, in its order; what is none, or stands twice, is remembered as a mistake."""
    found: dict[str, str] = {}
    for number, value in enumerate(values):
        if not isinstance(value, str) or not _FORM.fullmatch(value):
            problems.add(
                (*place, number),
                f'{value!r} is not a package URL: write "pkg:pypi/name" to add a package, "!pkg:pypi/name" to leave it '
                "out, without a version.",
            )
        elif (key := value.removeprefix("!").lower()) in found:
            problems.add((*place, number), f"{value} stands here twice, or as {found[key]}, too: remove one.")
        else:
            found[key] = value
    return tuple(found.values())
