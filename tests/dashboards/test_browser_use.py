"""What readers do with the site, in a real browser: search, compare, take along, read Chinese, use the keyboard."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import duckdb
import pytest
from playwright.sync_api import expect
from visiting import Opener

from dashboards import pages
from dashboards.chart import Chart
from dashboards.read.publication import open_publication

pytestmark = pytest.mark.browser

SUBPAGES = ("ecosystem-aurelia", "project-birch", "metric-time_to_first_response")
QUICK = ("index", "responsiveness", "ecosystem-aurelia")
IN_CHINESE = [
    *QUICK,
    *(pytest.param(slug, marks=pytest.mark.slow) for slug in (*pages.load(), *SUBPAGES) if slug not in QUICK),
]
READ_BACK = [
    "growth",
    *(pytest.param(s, marks=pytest.mark.slow) for s in ("contributors", "responsiveness", "adoption")),
]
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("slug", IN_CHINESE)
def test_a_page_in_chinese_is_drawn_in_silence(slug: str, built: Path, visit: Opener) -> None:
    seen = visit(built / "zh" / f"{slug}.html", width=360)
    seen.drawn()
    assert not seen.complaints
    assert all(address.startswith(built.as_uri()) for address in seen.requests)
    assert all(Path(unquote(urlsplit(address).path)).is_file() for address in seen.requests)
    assert seen.page.locator("html").get_attribute("lang") == "zh-Hans"
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("slug", SUBPAGES)
def test_a_page_of_one_thing_is_drawn_in_silence(slug: str, built: Path, hostile: Path, visit: Opener) -> None:
    for site in (built, hostile):
        seen = visit(site / f"{slug}.html", mode="dark")
        assert not seen.complaints
        assert seen.page.locator("img").count() == 0
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_a_reader_finds_a_project_by_keyboard(built: Path, visit: Opener) -> None:
    seen = visit(built / "growth.html")
    field = seen.page.get_by_role("combobox", name="Search pages")
    field.focus()
    seen.page.keyboard.type("birch")
    expect(seen.page.get_by_role("option").first).to_contain_text("Birch")
    seen.page.keyboard.press("ArrowDown")
    chosen = seen.page.locator("#find-list [aria-selected=true]")
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url("**/*-birch.html")
    assert seen.page.locator("h1").text_content() == "Birch"
    assert not seen.complaints


def test_a_metric_is_found_by_its_name_in_either_language(built: Path, visit: Opener) -> None:
    seen = visit(built / "zh" / "index.html")
    for sought in ("首次回应时间", "time to first response"):
        seen.page.locator("#find-text").fill(sought)
        found = seen.page.locator("#find-list li[data-address='metric-time_to_first_response.html']")
        expect(found).to_be_visible()


def test_hostile_names_are_found_as_text(hostile: Path, visit: Opener) -> None:
    seen = visit(hostile / "index.html")
    seen.page.locator("#find-text").fill("alert(1)")
    expect(seen.page.get_by_role("option").first).to_contain_text("alert(1)")
    assert not seen.complaints


def test_the_languages_lead_to_each_other(built: Path, visit: Opener) -> None:
    seen = visit(built / "growth.html")
    seen.page.get_by_role("link", name="简体中文").click()
    seen.page.wait_for_url("**/zh/growth.html*")
    seen.page.get_by_role("link", name="English").click()
    seen.page.wait_for_url("**/growth.html*")
    assert "/zh/" not in seen.page.url


def test_a_period_and_an_index_stand_in_the_address(built: Path, visit: Opener) -> None:
    two = "ecosystem:birch ecosystem:cobalt"
    chosen = "show=ecosystem:birch&show=ecosystem:cobalt"
    seen = visit(built / "contributors.html", fragment=f"#contributors?{chosen}")
    seen.redrawn("contributors", two)
    seen.page.locator("#from").fill("2025-01")
    seen.page.locator("#to").fill("2025-12")
    seen.page.locator("#indexed").check()
    assert seen.page.url.endswith(f"{chosen}&from=2025-01&to=2025-12&index=1")
    sent = visit(built / "contributors.html", fragment=seen.page.url[seen.page.url.index("#") :])
    sent.redrawn("contributors", two)
    sent.page.locator("#contributors .as-table > summary").click()
    rows = sent.page.locator("#contributors .as-table tbody tr")
    expect(rows).to_have_count(24)
    expect(rows.last).to_contain_text("January 2025")
    values = sent.page.locator("#contributors .as-table tbody data").evaluate_all("all => all.map(one => one.value)")
    assert [float(value) for value in values[-2:]] == [100, 100]
    expect(sent.page.locator("#contributors .as-index")).to_be_visible()
    assert not sent.complaints


def test_of_two_it_is_told_when_one_passed_the_other(built: Path, published: Path, visit: Opener) -> None:
    seen = visit(
        built / "contributors.html",
        fragment="#effective-contributors?show=ecosystem:birch&show=ecosystem:cobalt&months=0",
    )
    seen.redrawn("effective-contributors", "ecosystem:birch ecosystem:cobalt")
    told = str(seen.page.locator("#effective-contributors .passed").text_content())
    with duckdb.connect(str(published), read_only=True) as connection:
        rows = connection.execute(
            "SELECT a.value > b.value, a.low > b.high OR b.low > a.high FROM metrics.effective_contributors a "
            "JOIN metrics.effective_contributors b USING (period) WHERE a.entity_id = 'ecosystem:birch' "
            "AND b.entity_id = 'ecosystem:cobalt' AND a.value <> b.value AND a.complete AND b.complete ORDER BY period"
        ).fetchall()
    above, apart = rows[-1]
    assert ("\u2068Birch\u2069 is above" if above else "\u2068Cobalt\u2069 is above") in told
    assert ("The intervals are apart." if apart else "no order is claimed") in told
    assert ("It passed it in" in told) == (len({row[0] for row in rows}) == 2)


def test_what_is_shown_is_taken_along(built: Path, visit: Opener) -> None:
    seen = visit(built / "contributors.html", fragment="#contributors?show=ecosystem:birch&months=24")
    seen.redrawn("contributors", "ecosystem:birch")
    taken = {}
    for kind in ("csv", "json", "svg", "png"):
        with seen.page.expect_download() as download:
            seen.page.locator(f"#contributors [data-save={kind}]").click()
        assert download.value.suggested_filename == f"ecotone-contributors-2026-10-22.{kind}"
        taken[kind] = Path(download.value.path()).read_bytes()
    rows = list(csv.DictReader(io.StringIO(taken["csv"].decode())))
    assert len(rows) == 24
    assert [row["period"] for row in rows] == [row["period"] for row in json.loads(taken["json"])]
    drawing = ET.fromstring(taken["svg"].decode())  # noqa: S314 - made by the page just now
    words = " ".join(drawing.itertext())
    assert "Contributors per month" in words
    assert "Source" in words
    assert "Simulated data." in words
    assert "Indexed" not in words
    assert b"var(--" not in taken["svg"]
    assert taken["png"].startswith(PNG)
    assert not seen.complaints


def test_the_sql_of_a_chart_yields_what_it_shows(built: Path, published: Path, visit: Opener) -> None:
    for chart, entity in (("contributors", "ecosystem:birch"), ("agents", "ecosystem:birch")):
        seen = visit(built / "contributors.html", fragment=f"#{chart}?show={entity}&months=24")
        seen.redrawn(chart, entity)
        seen.page.locator(f"#{chart} [data-save=sql]").click()
        sql = str(seen.page.locator(f"#{chart} .its-sql").text_content())
        seen.page.locator(f"#{chart} .as-table > summary").click()
        values = seen.page.locator(f"#{chart} .as-table tbody data")
        values.first.wait_for(state="attached")  # the table is filled when it has been opened
        drawn = values.evaluate_all("all => all.map(one => one.value)")
        with duckdb.connect(str(published), read_only=True) as connection:
            held = [row[3] for row in connection.execute(sql).fetchall() if row[3] is not None]
        assert sorted(float(value) for value in drawn if value) == pytest.approx(sorted(held), rel=1e-5)


def _held(published: Path, chart: Chart, entities: list[str]) -> list[float]:
    """What the file holds of what a chart draws."""
    series = "starts_with(series, ?)" if chart.split else "list_contains(?, series)"
    wanted = chart.split or [part.series for part in chart.parts] or [chart.series]
    with duckdb.connect(str(published), read_only=True) as connection:
        rows = connection.execute(
            f"SELECT value FROM metrics.{chart.metric} WHERE {series} AND value IS NOT NULL "
            "AND list_contains(?, entity_id)",
            [wanted, entities],
        ).fetchall()
    return sorted(value for (value,) in rows)


@pytest.mark.parametrize("slug", READ_BACK)
def test_every_number_drawn_is_read_back_from_the_chart(slug: str, built: Path, published: Path, visit: Opener) -> None:
    chosen = ["ecosystem:birch", "ecosystem:cobalt"]
    seen = visit(built / f"{slug}.html", fragment="#top?" + "&".join(f"show={e}" for e in chosen) + "&months=0")
    seen.drawn()
    seen.page.locator(".as-table > summary").evaluate_all("all => all.forEach(one => one.click())")
    charts = pages.load()[slug].charts
    assert charts
    for chart in charts:
        held = _held(published, chart, chosen[:1] if chart.of_one else chosen)
        values = seen.page.locator(f"#{chart.id} .as-table tbody data[value]")
        if not held:
            assert values.count() == 0, chart.id
            continue
        values.first.wait_for(state="attached")
        drawn = sorted(map(float, values.evaluate_all("all => all.map(one => one.value)")))
        assert drawn == pytest.approx(held, rel=1e-5), chart.id


def test_every_number_of_the_overview_is_in_the_file(built: Path, published: Path, visit: Opener) -> None:
    seen = visit(built / "index.html", fragment="#top?show=ecosystem:birch&show=ecosystem:cobalt")
    seen.drawn()
    with open_publication(published) as publication:
        labels = {entity.label: entity.entity_id for entity in publication.entities if entity.kind == "ecosystem"}
        for measure in pages.load()["index"].measures:
            rows = seen.page.locator(f"#{measure.id} .as-table tbody tr").evaluate_all(
                "all => all.map(row => [row.querySelector('.name').textContent, row.querySelector('data').value])"
            )
            assert len(rows) == 2, measure.id
            assert any(value for _, value in rows), measure.id
            for name, value in rows:
                known = publication.rows(
                    f"SELECT value FROM metrics.{measure.metric} WHERE series = ? AND entity_id = ? "
                    "AND value IS NOT NULL",
                    [measure.series, labels[name]],
                )
                assert not value or any(float(value) == pytest.approx(held, rel=1e-5) for (held,) in known)


def test_all_of_it_is_reached_by_keyboard_alone(built: Path, visit: Opener) -> None:
    seen = visit(built / "contributors.html")
    seen.drawn()
    reached = set()
    for _ in range(70):
        seen.page.keyboard.press("Tab")
        reached.add(
            seen.page.evaluate(
                "() => { const at = document.activeElement; return at.id || at.name || at.className || at.tagName; }"
            )
        )
    assert {"find-text", "mode", "grain", "span", "from", "to", "indexed", "send", "skip", "tongue"} <= reached
    assert {"chip s0", "scrub"} <= reached
    seen.page.locator("#choose summary").focus()
    seen.page.keyboard.press("Enter")
    seen.page.locator("#choose-filter").focus()
    seen.page.keyboard.type("lum")
    expect(seen.page.locator("#choose-list label:visible")).to_have_count(1)
    seen.page.keyboard.press("Escape")
    assert seen.page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_search_that_finds_nothing_says_so(built: Path, visit: Opener) -> None:
    seen = visit(built / "growth.html")
    field = seen.page.get_by_role("combobox", name="Search pages")
    field.focus()
    field.fill("no such thing")
    expect(seen.page.locator("#find-list [role=option]")).to_have_text("Nothing found")
    field.press("ArrowDown")
    field.press("Enter")
    assert seen.page.url.endswith("growth.html")
    field.fill("bus factor")
    expect(seen.page.locator("#find-list [role=option]").first).to_contain_text("absence factor", ignore_case=True)


def test_of_other_kinds_than_ecosystems_no_profile_is_shown(built: Path, visit: Opener) -> None:
    seen = visit(built / "index.html", fragment="#?grain=region")
    expect(seen.page.locator("#other-grain")).to_be_visible()
    expect(seen.page.locator(".profile:visible")).to_have_count(0)


def test_an_interval_without_an_end_reaches_the_edge_and_says_so(built: Path, visit: Opener) -> None:
    seen = visit(built / "index.html", fragment="#?grain=project")
    seen.drawn()
    shown = seen.page.locator("figure[data-measure]").filter(has_text="unbounded")
    assert shown.count()
    for told in shown.locator(".legend").all_text_contents():
        assert "Where it meets the edge, it reaches further" in told


def test_the_button_says_that_the_link_was_copied_until_another_view_is_chosen(built: Path, visit: Opener) -> None:
    seen = visit(built / "growth.html")
    button = seen.page.locator("#send")
    offered = str(button.text_content())
    button.click()
    expect(button).to_have_text("The link was copied.")
    seen.page.locator("[name=span][value='24']").check(force=True)
    expect(button).to_have_text(offered)
