"""The colours: legible in both modes, and apart for everyone."""

from __future__ import annotations

from itertools import combinations

import pytest

from dashboards.draw import theme
from dashboards.draw.theme import COLOURS, MODES, SURFACES, Mode

Triple = tuple[float, float, float]

CONTRAST_OF_TEXT = 4.5  # WCAG 2.2, 1.4.3
SMALLEST_DISTANCE = 0.08  # OKLab; neighbours in Okabe and Ito's palette come as near as 0.09 for some eyes

# Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB.
VISIONS: dict[str, tuple[Triple, Triple, Triple]] = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}


def _linear(colour: str) -> Triple:
    def channel(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    return channel(colour[1:3]), channel(colour[3:5]), channel(colour[5:7])


def _apply(matrix: tuple[Triple, Triple, Triple], vector: Triple) -> Triple:
    first, second, third = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return first, second, third


def _oklab(linear: Triple) -> Triple:
    clipped = (min(max(linear[0], 0), 1), min(max(linear[1], 0), 1), min(max(linear[2], 0), 1))
    cone = _apply(
        (
            (0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005),
        ),
        clipped,
    )
    return _apply(
        (
            (0.2104542553, 0.793617785, -0.0040720468),
            (1.9779984951, -2.428592205, 0.4505937099),
            (0.0259040371, 0.7827717662, -0.808675766),
        ),
        (cone[0] ** (1 / 3), cone[1] ** (1 / 3), cone[2] ** (1 / 3)),
    )


def _contrast(one: str, other: str) -> float:
    lights = sorted(sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), _linear(x), strict=True)) for x in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize("mode", MODES)
def test_names_in_their_colours_can_be_read(mode: Mode) -> None:
    for colour in COLOURS[mode]:
        assert _contrast(colour, SURFACES[mode]["card"]) >= CONTRAST_OF_TEXT, colour


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("ink", "surface"),
    [(ink, surface) for ink in ("ink", "ink-2", "ink-3", "accent") for surface in ("paper", "card", "wash")]
    + [("warn", "warn-wash"), ("warn", "paper"), ("card", "accent")],
)
def test_text_can_be_read_on_its_surface(mode: Mode, ink: str, surface: str) -> None:
    assert _contrast(SURFACES[mode][ink], SURFACES[mode][surface]) >= CONTRAST_OF_TEXT


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("vision", VISIONS)
def test_no_two_colours_look_alike(mode: Mode, vision: str) -> None:
    seen = {colour: _oklab(_apply(VISIONS[vision], _linear(colour))) for colour in COLOURS[mode]}
    for one, other in combinations(seen, 2):
        distance = sum((a - b) ** 2 for a, b in zip(seen[one], seen[other], strict=True)) ** 0.5
        assert distance >= SMALLEST_DISTANCE, (one, other)


def test_a_ninth_entity_differs_in_its_dashes() -> None:
    assert theme.colour(8) == theme.colour(0)
    assert theme.dash(8) != theme.dash(0)


def test_the_style_sheet_has_every_colour_in_both_modes() -> None:
    sheet = theme.style_sheet()
    for mode in MODES:
        for value in (*COLOURS[mode], *SURFACES[mode].values()):
            assert value in sheet


@pytest.mark.parametrize("mode", MODES)
def test_a_picture_needs_no_style_sheet(mode: Mode) -> None:
    assert "var(" not in repr(theme.config(mode))
