"""How charts look: eight colours, dash patterns, and the altair theme, whose colours are CSS custom properties.

Reads nothing; `charts` and `site` use it. The site's style sheet is generated from the values here, so a chart follows
the reader's light or dark mode, and print, without being drawn again.
"""

from __future__ import annotations

from typing import Any, Literal

Mode = Literal["light", "dark"]
MODES: tuple[Mode, Mode] = ("light", "dark")

# Found by search in OKLab: the smallest distance between any two, as seen with normal vision and with simulated
# protanopia, deuteranopia and tritanopia (Machado, Oliveira & Fernandes 2009), is the largest that was found with
# contrast >= 4.5:1 on the card (WCAG 2.2 AA for text: the labels are coloured). A test holds the bounds.
# The same place in both tuples is the same hue.
COLOURS: dict[Mode, tuple[str, ...]] = {
    "light": ("#026279", "#b75c0f", "#5a339d", "#178664", "#750e12", "#905cb2", "#253962", "#7c4911"),
    "dark": ("#45babb", "#aa7a12", "#a095f7", "#72e8a1", "#e27d73", "#d6c4fc", "#4586bf", "#e2b832"),
}

# A ninth entity has the first one's colour and another dash pattern, and so on.
DASHES: tuple[tuple[int, ...], ...] = ((1, 0), (7, 3), (2, 3), (9, 3, 2, 3))

SERIES_AT_ONCE = len(COLOURS["light"])

# Surfaces and inks. `ink-3` is the faintest text: 4.5:1 on paper and on cards.
SURFACES: dict[Mode, dict[str, str]] = {
    "light": {
        "paper": "#f8f8f5",
        "card": "#ffffff",
        "ink": "#17212b",
        "ink-2": "#46535f",
        "ink-3": "#616d78",
        "line": "#e2e3de",
        "line-2": "#c3c8c9",
        "control": "#848d94",
        "accent": "#026279",
        "wash": "#eef3f3",
        "warn": "#7a4500",
        "warn-wash": "#fff1d6",
        "warn-line": "#e0a544",
    },
    "dark": {
        "paper": "#0f1318",
        "card": "#14191f",
        "ink": "#e9edf0",
        "ink-2": "#b6c0c9",
        "ink-3": "#919da8",
        "line": "#28303a",
        "line-2": "#45505b",
        "control": "#75828d",
        "accent": "#5fc9cf",
        "wash": "#1b242c",
        "warn": "#ffd591",
        "warn-wash": "#33260f",
        "warn-line": "#9a6c1c",
    },
}

# What each system has for its own text; the generic `system-ui` would be DejaVu Sans on many a Linux.
FONT = (
    '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, '
    '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif'
)


def colour(slot: int) -> str:
    """The colour of a style slot, as a CSS expression that follows the mode."""
    return f"var(--c{slot % SERIES_AT_ONCE})"


def dash(slot: int) -> list[int]:
    """The dash pattern of a style slot, in pixels on and off."""
    return list(DASHES[slot // SERIES_AT_ONCE % len(DASHES)])


def style_sheet() -> str:
    """The custom properties of both modes; `data-theme` on the root wins over the system's wish, print is light."""

    def properties(mode: Mode) -> str:
        values = SURFACES[mode] | {f"c{place}": value for place, value in enumerate(COLOURS[mode])}
        return "".join(f"  --{name}: {value};\n" for name, value in values.items()) + f"  color-scheme: {mode};\n"

    light, dark = properties("light"), properties("dark")
    return (
        "/* Generated from dashboards/draw/theme.py. */\n"
        f":root {{\n  --font: {FONT};\n{light}}}\n"
        f'@media screen and (prefers-color-scheme: dark) {{\n:root:not([data-theme="light"]) {{\n{dark}}}\n}}\n'
        f'@media screen {{\n:root[data-theme="dark"] {{\n{dark}}}\n}}\n'
    )


def config(mode: Mode | None = None) -> dict[str, Any]:
    """The theme of all charts, as the `config` of a Vega-Lite specification.

    Args:
        mode: with values of that mode written out, for pictures; None: with CSS custom properties, for pages.
    """

    def of(name: str) -> str:
        return SURFACES[mode][name] if mode else f"var(--{name})"

    return {
        "background": "transparent",
        "font": FONT,
        "aria": False,  # the figure carries one text alternative instead of one for each of a thousand marks
        "view": {"stroke": None},
        "axis": {
            "domain": False,
            "grid": True,
            "gridColor": of("line"),
            "gridDash": [2, 3],
            "ticks": False,
            "labelColor": of("ink-2"),
            "labelFontSize": 12,
            "labelPadding": 8,
            "title": None,
        },
        "axisX": {"grid": False, "ticks": True, "tickColor": of("line-2"), "tickSize": 5, "labelPadding": 4},
        "line": {"strokeWidth": 2, "strokeCap": "round", "strokeJoin": "round"},
        "rule": {"strokeWidth": 1.5},
        "text": {"fontSize": 12.5, "color": of("ink")},
    }
