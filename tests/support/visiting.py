"""A page of the site opened in a real browser: what it complains about, what it asks for, and when it is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

WIDE, NARROW = 1280, 360
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--renderer-process-limit=1",  # profiles that follow one another need no processes of their own
)
PATIENCE = 15_000  # milliseconds
LAYOUT_SHIFT = 0.1  # Web Vitals: what is under it is good


@dataclass
class Visit:
    """A page that was opened, and what it complained about or asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def drawn(self) -> None:
        """Waits until all charts are drawn; as before printing, those far from the screen too."""
        self.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        self.page.wait_for_function(
            "() => [...document.querySelectorAll('figure[data-spec]')].every((figure) => figure.dataset.drawn)"
        )

    def redrawn(self, chart: str, entities: str) -> None:
        """Waits until a chart shows these entities."""
        self.page.wait_for_function(
            "([id, drawn]) => document.getElementById(id)?.dataset.drawn === drawn", arg=[chart, entities]
        )


class Opener(Protocol):
    """Opens a page of a site from disk."""

    def __call__(
        self, file: Path, *, mode: str = "light", width: int = WIDE, fragment: str = "", scripts: bool = True
    ) -> Visit: ...


@contextmanager
def chromium_at(path: str) -> Iterator[Browser]:
    """The browser, started once for many visits."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield launched
        launched.close()


@contextmanager
def visits(browser: Browser) -> Iterator[Opener]:
    """Opens pages, each in a profile of its own, and closes them at the end."""
    opened: list[BrowserContext] = []

    def of(file: Path, *, mode: str = "light", width: int = WIDE, fragment: str = "", scripts: bool = True) -> Visit:
        context = browser.new_context(
            color_scheme="dark" if mode == "dark" else "light",
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
        )
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        visited = Visit(context.new_page())
        visited.page.on("console", lambda message: visited.complaints.append(message.text))
        visited.page.on("pageerror", lambda error: visited.complaints.append(str(error)))
        visited.page.on("dialog", lambda dialog: visited.complaints.append(f"dialog: {dialog.message}"))
        visited.page.on("request", lambda request: visited.requests.append(request.url))
        visited.page.goto(file.as_uri() + fragment)
        return visited

    yield of
    for context in opened:
        context.close()
