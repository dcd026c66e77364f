"""The site in a real browser, opened from disk: chromium, driven by playwright."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import get_args

import pytest
from fictional import HOSTILE
from playwright.sync_api import expect
from visiting import LAYOUT_SHIFT, NARROW, WIDE, Opener, Visit

from dashboards import pages
from dashboards.chart import Format
from dashboards.texts import values as text

pytestmark = pytest.mark.browser

PAGES = list(pages.load())
QUICK = {"index", "contributors", "claims"}  # the pages that are looked at each time; the others are slow
SOME = [slug if slug in QUICK else pytest.param(slug, marks=pytest.mark.slow) for slug in PAGES]


@pytest.mark.parametrize(("mode", "width"), [("dark", NARROW), pytest.param("light", WIDE, marks=pytest.mark.slow)])
@pytest.mark.parametrize("slug", SOME)
def test_a_page_draws_all_of_its_charts_in_silence(
    slug: str, mode: str, width: int, built: Path, visit: object
) -> None:
    seen = visit(built / f"{slug}.html", mode=mode, width=width)
    seen.drawn()
    assert seen.page.locator("figure.chart .drawing svg").count() == len(pages.load()[slug].drawn)
    assert not seen.complaints
    assert all(address.startswith(built.as_uri()) for address in seen.requests)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("slug", ["index", *(pytest.param(s, marks=pytest.mark.slow) for s in PAGES if s != "index")])
def test_hostile_names_are_drawn_as_text(slug: str, hostile: Path, visit: Opener) -> None:
    seen = visit(hostile / f"{slug}.html")
    seen.drawn()
    for opened in seen.page.locator("details.as-table > summary, #choose > summary").all():
        opened.click()
    assert not seen.complaints
    assert seen.page.locator("img:not([src^='badges/'])").count() == 0
    if any(not chart.of_one for chart in pages.load()[slug].charts):
        names = seen.page.locator("#choose-list .name").all_text_contents()
        assert set(HOSTILE) <= set(names)
        assert HOSTILE[0][:12] in "".join(seen.page.locator("figure .drawing svg text").all_text_contents())


def test_the_reader_chooses_what_is_compared(built: Path, visit: Opener) -> None:
    seen = visit(built / "contributors.html")
    seen.redrawn("contributors", " ".join(f"ecosystem:{name}" for name in _shown(seen)))
    assert len(_shown(seen)) == 8
    seen.page.get_by_role("button", name="Remove Aurelia").click()
    seen.page.wait_for_function("() => document.querySelectorAll('#chosen .chip').length === 7")
    seen.page.locator("#choose summary").click()
    seen.page.locator("#choose-list").get_by_label("Lumen", exact=True).check()
    assert len(_shown(seen)) == 8
    assert "lumen" in _shown(seen)
    assert seen.page.locator("#choose-list input:disabled").count() == 4
    assert "show=ecosystem:lumen" in seen.page.url
    seen.page.locator("[name=grain][value=region]").check()
    regions = _shown(seen)
    assert set(regions) == {"region:china", "region:us", "region:eu", "region:unknown"}
    seen.redrawn("contributors", " ".join(regions))
    assert not seen.complaints


def _shown(seen: Visit) -> list[str]:
    chips = seen.page.locator("#chosen .chip")
    return [str(chip.get_attribute("data-entity")).removeprefix("ecosystem:") for chip in chips.all()]


def test_a_view_can_be_sent_and_goes_along_to_other_pages(built: Path, visit: Opener) -> None:
    chosen = "?show=project:lumen&show=project:ibex&months=24"
    seen = visit(built / "growth.html", fragment=f"#stars{chosen}")
    seen.redrawn("stars", "project:lumen project:ibex")
    in_view = "Math.abs(document.getElementById('stars').getBoundingClientRect().top) < innerHeight"
    seen.page.wait_for_function(in_view)
    seen.page.get_by_role("navigation", name="Pages").get_by_role("link", name="Contributors").click()
    seen.redrawn("contributors", "project:lumen project:ibex")
    assert seen.page.locator("[name=span]:checked").get_attribute("value") == "24"


def test_one_entity_is_chosen_for_a_breakdown(built: Path, visit: Opener) -> None:
    seen = visit(built / "contributors.html", fragment="#agents")
    seen.drawn()
    labels = seen.page.locator("#agents .drawing svg text").all_text_contents()
    assert {"claude", "copilot", "cursor", "devin"} <= {label.strip("\u2068\u2069") for label in labels}
    seen.page.locator("#agents select").select_option("ecosystem:cobalt")
    seen.redrawn("agents", "ecosystem:cobalt")


def test_values_are_read_by_keyboard(built: Path, visit: Opener) -> None:
    seen = visit(built / "growth.html")
    seen.drawn()
    seen.page.locator("#fork-growth .scrub").focus()
    seen.page.keyboard.press("ArrowLeft")
    told = str(seen.page.locator("#fork-growth .scrub").get_attribute("aria-valuetext"))
    assert told.startswith("September 2026. ")
    assert "Aurelia" in told
    assert seen.page.locator("#fork-growth .tip").is_visible()
    seen.page.keyboard.press("Escape")
    assert seen.page.locator("#fork-growth .tip").is_hidden()


def test_the_table_holds_what_is_drawn(built: Path, visit: Opener) -> None:
    seen = visit(built / "contributors.html", fragment="#contributors?show=ecosystem:birch&months=24")
    seen.redrawn("contributors", "ecosystem:birch")
    seen.page.locator("#contributors .as-table > summary").click()
    rows = seen.page.locator("#contributors .as-table tbody tr")
    expect(rows).to_have_count(24)
    assert rows.first.locator("td").first.text_content() == "October 2026"
    assert "incomplete month" in str(rows.first.text_content())
    dots = seen.page.locator("#contributors .drawing .mark-symbol path")
    assert dots.count() >= 1


def test_a_scale_can_be_logarithmic(built: Path, visit: Opener) -> None:
    seen = visit(built / "growth.html", fragment="#stars")
    seen.drawn()
    before = seen.page.locator("#stars .drawing svg").inner_html()
    seen.page.locator("#stars .scale [value=log]").check()
    seen.page.wait_for_function(
        "before => document.querySelector('#stars .drawing svg').innerHTML !== before", arg=before
    )
    assert not seen.complaints


def test_light_and_dark_can_be_chosen(built: Path, visit: Opener) -> None:
    seen = visit(built / "index.html", mode="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    dark = seen.page.evaluate(background)
    seen.page.get_by_role("button", name="Light mode").click()
    assert seen.page.evaluate(background) != dark
    seen.page.reload()
    assert seen.page.evaluate(background) != dark


def test_on_paper_it_is_light(built: Path, visit: Opener) -> None:
    seen = visit(built / "contributors.html", mode="dark")
    seen.drawn()
    seen.page.emulate_media(media="print", color_scheme="dark")
    assert (
        seen.page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--card')").strip() == "#ffffff"
    )
    assert seen.page.locator("#compare").is_hidden()


def test_without_scripts_there_are_tables_and_data(built: Path, visit: Opener) -> None:
    seen = visit(built / "contributors.html", scripts=False)
    assert seen.page.get_by_text("The charts are drawn by a script").is_visible()
    assert seen.page.locator("#contributors .as-table tbody tr").count() == 8
    assert seen.page.locator("#compare").is_hidden()
    csv = str(seen.page.locator("#contributors .links a").first.get_attribute("href"))
    assert (built / csv).is_file()


def test_a_page_without_its_data_says_so(built: Path, tmp_path: Path, visit: Opener) -> None:
    shutil.copytree(built / "assets", tmp_path / "assets")
    shutil.copy(built / "growth.html", tmp_path)
    seen = visit(tmp_path / "growth.html")
    seen.page.locator("#fork-growth").get_by_text("The data is not beside this page").wait_for()


@pytest.mark.parametrize("slug", ["index", "contributors", "lineage", "quality"])
def test_nothing_moves_while_a_page_is_drawn(slug: str, built: Path, visit: Opener) -> None:
    seen = visit(built / f"{slug}.html")
    seen.page.wait_for_timeout(100)
    seen.drawn()
    moved = seen.page.evaluate(
        "new Promise(done => { let sum = 0; new PerformanceObserver(list => { for (const e of list.getEntries()) "
        "if (!e.hadRecentInput) sum += e.value; }).observe({type: 'layout-shift', buffered: true}); "
        "setTimeout(() => done(sum), 50); })"
    )
    assert moved < LAYOUT_SHIFT


@pytest.mark.parametrize("form", get_args(Format))
def test_numbers_read_the_same_in_the_browser_and_in_the_page(form: Format, built: Path, visit: Opener) -> None:
    values = [sign * m * 10.0**e for e in range(-4, 10) for m in (1, 1.26, 4.44, 9.9996) for sign in (1, -1)] + [0.0]
    values = [value for value in values if not _is_half(value, form)]
    seen = visit(built / "growth.html")
    told = seen.page.evaluate(f"{json.dumps(values)}.map((value) => ecotone.format.value(value, '{form}'))")
    assert told == [text.value_text(value, form) for value in values]


def _is_half(value: float, form: Format) -> bool:
    """Where the two round halves apart: Python to even, JavaScript away from zero."""
    factors = {"share": [1000], "ratio": [100], "hours": [10, 600, 60, 10 / 24, 1 / 24]}.get(form, [10])
    return any(math.isclose(abs(value) * factor % 1, 0.5, abs_tol=1e-6) for factor in factors)


def test_a_median_that_was_not_reached_is_marked_and_told(built: Path, visit: Opener) -> None:
    seen = visit(built / "responsiveness.html", fragment="#first-response?show=ecosystem:drift")
    seen.redrawn("first-response", "ecosystem:drift")
    figure = seen.page.locator("#first-response")
    assert "Triangle: not reached" in str(figure.locator(".legend").text_content())
    assert "not reached in some months" in str(figure.locator(".gaps-text").text_content())
    figure.locator(".as-table > summary").click()
    row = figure.locator(".as-table tbody tr").filter(has_text="not reached").first
    expect(row).to_contain_text("unbounded")
    expect(row).not_to_contain_text("unknown")


def test_a_reader_chooses_the_month_of_the_curves(built: Path, visit: Opener) -> None:
    seen = visit(built / "responsiveness.html")
    seen.drawn()
    title = seen.page.locator("#response-curve-title")
    assert str(title.text_content()).endswith(", September 2026")
    assert seen.page.locator("#response-curve select.period option").count() == 12
    before = seen.page.locator("#response-curve .drawing svg").inner_html()
    seen.page.locator("#response-curve select.period").select_option("2026-03-01")
    expect(title).to_contain_text("March 2026")
    seen.page.wait_for_function(
        "before => document.querySelector('#response-curve .drawing svg').innerHTML !== before", arg=before
    )
    seen.page.locator("[name=grain][value=region]").check()
    seen.redrawn("response-curve", " ".join(_shown(seen)))
    assert str(title.text_content()).endswith(", March 2026")
    assert not seen.complaints


def test_curves_are_read_by_keyboard_and_in_a_table(built: Path, visit: Opener) -> None:
    seen = visit(built / "responsiveness.html")
    seen.drawn()
    scrub = seen.page.locator("#response-curve .scrub")
    scrub.focus()
    seen.page.keyboard.press("Home")
    assert str(scrub.get_attribute("aria-valuetext")).startswith("15 minutes. ")
    seen.page.locator("#response-curve .as-table > summary").click()
    rows = seen.page.locator("#response-curve .as-table tbody tr")
    expect(rows.first.locator("td").first).to_have_text("15 minutes")
    assert rows.filter(has_text="30 days").count() == 8


def test_what_is_usually_published_is_drawn_in_grey_beside_the_median(built: Path, visit: Opener) -> None:
    seen = visit(built / "responsiveness.html", fragment="#naive-response?show=ecosystem:aurelia")
    seen.drawn()
    labels = seen.page.locator("#naive-response .drawing svg text").all_text_contents()
    assert {"all issues", "only the answered"} <= {label.strip("\u2068\u2069") for label in labels}
    grey = seen.page.locator("#naive-response .drawing .mark-line path[stroke='var(--ink-3)']")
    assert grey.count() == 1
