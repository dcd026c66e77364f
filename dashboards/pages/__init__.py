"""One module = one page; each has `PAGE`. Found by looking, not by registering."""

from __future__ import annotations

import importlib
import pkgutil

from dashboards.page import Page


def load() -> dict[str, Page]:
    """The pages by slug, in the order of the navigation.

    Raises:
        LookupError: no page was found, a module has no `PAGE`, or two pages or charts share a name.
    """
    pages: list[Page] = []
    for found in pkgutil.iter_modules(__path__):
        page = getattr(importlib.import_module(f"{__name__}.{found.name}"), "PAGE", None)
        if not isinstance(page, Page):
            raise LookupError(  # noqa: TRY004 - what is missing is a page, whatever stands there instead
                f"dashboards/pages/{found.name}.py declares no page: add PAGE = Page(…)."
            )
        pages.append(page)
    if not pages:
        raise LookupError("There are no pages in dashboards/pages: the package is not whole, install it again.")
    for what, names in (
        ("page", [page.slug for page in pages]),
        ("chart", [chart.id for page in pages for chart in page.charts]),
    ):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise LookupError(f"The {what} name {twice[0]} is used twice in dashboards/pages: rename one.")
    return {page.slug: page for page in sorted(pages, key=lambda page: (page.order, page.slug))}
