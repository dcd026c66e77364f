"""The site as files: whole, the same each time, and without a way out."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from fictional import HOSTILE, LAST_MONTH, NO_TOKEN, Publish, World

from dashboards import pages
from dashboards.chart import Chart, Curve
from dashboards.read.publication import Reader
from dashboards.streams import STREAMS
from dashboards.write import site

PAGES = list(pages.load())
BYTES_OF_A_PAGE = 350_000  # beside the bundle, with the data it draws first; 40 entities x 60 months
ENTITIES, MONTHS = 40, 60
API_STREAMS = [stream for stream, about in STREAMS.items() if about.group == "GitHub API"]
DRAWN_FIRST = 3  # charts that are near the screen when a page opens


class _Reader(HTMLParser):
    """Elements of a page with their attributes, and what text it holds outside scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def of(self, attribute: str) -> list[str]:
        return [attributes[attribute] for _, attributes in self.elements if attribute in attributes]


def _read(path: Path) -> _Reader:
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_all_pages_are_built_in_the_order_of_the_navigation(published: Path, tmp_path: Path) -> None:
    written = site.build(published, tmp_path)
    assert [path.stem for path in written] == PAGES
    assert PAGES[0] == "index"
    assert not list(tmp_path.rglob("*.part"))


def test_the_same_publication_gives_the_same_bytes(built: Path, published: Path, tmp_path: Path) -> None:
    site.build(published, tmp_path)
    assert _files(tmp_path) == _files(built)


@pytest.mark.parametrize("slug", ["index", "growth", "profiles", "metrics", "changes"])
def test_a_page_builds_alone_to_the_same_bytes(slug: str, built: Path, published: Path, tmp_path: Path) -> None:
    site.build_page(published, tmp_path, slug)
    alone, whole = _files(tmp_path), _files(built)
    assert alone == {name: whole[name] for name in alone}
    assert f"{slug}.html" in alone


def test_pages_share_a_reader_which_meets_a_file_that_took_the_place_of_another(
    built: Path, published: Path, tmp_path: Path
) -> None:
    database, out = tmp_path / "ecotone.duckdb", tmp_path / "site"
    with Reader() as reader:
        shutil.copy(published, database)
        for slug in ("growth", "profiles"):
            page = site.build_page(database, out, slug, reader)
            assert page.read_bytes() == (built / page.name).read_bytes()
        assert reader.read(database) is reader.read(database)
        (tmp_path / "next").write_bytes(published.read_bytes())
        with duckdb.connect(str(tmp_path / "next")) as connection:
            connection.execute("UPDATE ops.publication SET publication_id = 'the next one'")
        (tmp_path / "next").replace(database)
        assert "the next one" in site.build_page(database, out, "growth", reader).read_text(encoding="utf-8")


def test_only_the_pages_that_were_asked_for_are_built(published: Path, tmp_path: Path) -> None:
    site.build(published, tmp_path, pages=["growth"])
    assert [path.name for path in tmp_path.glob("*.html")] == ["growth.html"]


def test_an_unknown_page_is_named_with_those_there_are(published: Path, tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="no page 'groth'; there are index, "):
        site.build_page(published, tmp_path, "groth")


def test_without_a_published_file_it_is_said_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="ecotone run"):
        site.build(tmp_path / "none.duckdb", tmp_path / "site")


def test_a_database_that_is_no_publication_is_refused(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "other.duckdb")).close()
    with pytest.raises(LookupError, match=r"ops\.publication"):
        site.build_page(tmp_path / "other.duckdb", tmp_path / "site", "index")


@pytest.mark.parametrize("slug", PAGES)
def test_no_page_loads_anything_from_elsewhere(slug: str, built: Path) -> None:
    page = _read(built / f"{slug}.html")
    loaded = [a[n] for tag, a in page.elements for n in ("src", "href") if n in a and tag not in {"a", "use"}]
    assert loaded
    assert all((built / address).is_file() for address in loaded)
    policies = [a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1
    assert "default-src 'none'" in policies[0]
    assert "unsafe" not in policies[0]
    assert not page.of("style")
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    inline = [a for tag, a in page.elements if tag == "script" and "src" not in a]
    assert all(a.get("type") == "application/json" for a in inline)


@pytest.mark.parametrize("slug", PAGES)
def test_every_link_leads_somewhere(slug: str, built: Path) -> None:
    for tag, attributes in _read(built / f"{slug}.html").elements:
        address = attributes.get("href", "")
        if tag != "a" or address.startswith("https://"):
            continue
        file, _, anchor = address.partition("?")[0].partition("#")
        target = built / (file or f"{slug}.html")
        assert target.is_file(), address
        if anchor:
            assert anchor in _read(target).of("id"), address


@pytest.mark.parametrize("slug", [slug for slug in PAGES if pages.load()[slug].drawn])
def test_every_chart_has_its_words(slug: str, built: Path) -> None:
    html = (built / f"{slug}.html").read_text(encoding="utf-8")
    figures = re.findall(r"<figure.*?</figure>", html, re.DOTALL)
    assert len(figures) == len(pages.load()[slug].drawn)
    for figure, chart in zip(figures, pages.load()[slug].drawn, strict=True):
        assert chart.title in figure
        assert chart.subtitle.split("'")[0] in figure
        assert re.search(r'role="img" aria-label="[^"]{20,}', figure)
        assert "<b>Source</b>" in figure
        assert "22 October 2026" in figure
        assert re.search(r'<b>n</b> <span class="sizes">[^<]+', figure)
        assert f'href="metric-{chart.metric}.html"' in figure
        assert f'href="data/{chart.metric}.csv"' in figure
        assert "<table>" in figure


@pytest.mark.parametrize("slug", PAGES)
def test_freshness_and_coverage_stand_on_every_page(slug: str, built: Path) -> None:
    words = " ".join(" ".join(_read(built / f"{slug}.html").words).split())
    assert "Data as of 22 October 2026" in words
    assert "11 of 12 whole" in words
    assert "Coverage and freshness" in words


def test_what_is_missing_is_told_with_its_reason(built: Path) -> None:
    words = " ".join(" ".join(_read(built / "quality.html").words).split())
    assert "The history could not be read: the bundle is damaged." in words
    assert "Quarantined" in words
    assert "840 of 864" in words


@pytest.mark.parametrize("slug", PAGES)
def test_simulated_data_is_marked_and_real_data_is_not(slug: str, built: Path, build: Publish) -> None:
    assert "Simulated data." in (built / f"{slug}.html").read_text(encoding="utf-8")
    real = build(World(simulated=False, ecosystems=3, months=6))
    assert "Simulated" not in (real / f"{slug}.html").read_text(encoding="utf-8")


def test_the_csv_is_the_table(built: Path, published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as connection:
        for path in sorted((built / "data").glob("*.csv")):
            table = "ops.coverage" if path.stem == "coverage" else f"metrics.{path.stem}"
            here = f"SELECT * FROM read_csv('{path}', header = true, all_varchar = true, nullstr = '\\N')"
            there = f"SELECT coalesce(CAST(COLUMNS(*) AS VARCHAR), '') FROM {table}"
            if "hours" in _columns(connection, table):  # curves have many rows a month: those of a year are given
                there += f" WHERE value IS NOT NULL AND period > DATE '{LAST_MONTH}' - INTERVAL 12 MONTH"
                assert connection.execute(f"SELECT count(*) > 1000 FROM ({here})").fetchone() == (True,)
            different = connection.execute(f"SELECT count(*) FROM (({here}) EXCEPT ALL ({there}))").fetchone()
            assert different == (0,), path.name


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]


@pytest.mark.parametrize("slug", PAGES)
def test_hostile_names_are_text(slug: str, hostile: Path) -> None:
    page = _read(hostile / f"{slug}.html")
    images = [a for tag, a in page.elements if tag == "img" or "onerror" in a]
    assert all(a["src"].startswith("badges/") and "onerror" not in a for a in images)
    assert "alert(1)" not in [a.get("src") for tag, a in page.elements if tag == "script"]
    raw = (hostile / f"{slug}.html").read_text(encoding="utf-8")
    assert "<script>alert" not in raw
    if slug == "index":
        words = "".join(page.words)
        assert all(name.strip() in words for name in HOSTILE)


def test_hostile_names_cannot_leave_the_data(hostile: Path) -> None:
    for block in re.findall(
        r'<script type="application/json"[^>]*>(.*?)</script>',
        (hostile / "index.html").read_text(encoding="utf-8"),
        re.DOTALL,
    ):
        json.loads(block)
    labels = {
        entity["label"]
        for block in re.findall(r'id="page-data">(.*?)</script>', (hostile / "index.html").read_text(encoding="utf-8"))
        for entity in json.loads(block)["entities"]
    }
    assert set(HOSTILE) <= labels


def test_metrics_that_a_publication_lacks_are_not_available(build: Publish) -> None:
    out: Path = build(World(ecosystems=3, months=6, without=("bot_share", "downloads", "fork_growth")))
    for slug, metric in (("contributors", "bot_share"), ("adoption", "downloads"), ("growth", "fork_growth")):
        html = (out / f"{slug}.html").read_text(encoding="utf-8")
        assert f"before the metric {metric} existed" in html
    assert "not in this publication" in (out / "index.html").read_text(encoding="utf-8")


def test_an_empty_publication_still_makes_a_site(tmp_path: Path) -> None:
    path = tmp_path / "ecotone.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "SET TimeZone = 'UTC'; CREATE SCHEMA ops; CREATE SCHEMA catalogue; "
            "CREATE TABLE ops.publication AS SELECT 'x' AS publication_id, now() AS published_at, now() AS as_of, "
            "FALSE AS simulated, NULL AS code, 0 AS batches; "
            "CREATE TABLE catalogue.entity (entity_id VARCHAR, kind VARCHAR, label VARCHAR, parent VARCHAR); "
            "CREATE TABLE catalogue.membership (entity_id VARCHAR, subject_id VARCHAR)"
        )
    assert len(site.build(path, tmp_path / "site")) == len(PAGES)


@pytest.mark.slow
def test_a_page_with_what_it_draws_first_is_light(build: Publish) -> None:
    out: Path = build(World(ecosystems=ENTITIES, months=MONTHS))
    others = {"vega.js", "words.zh.js"}  # a page loads the words of its own language
    shared = sum(path.stat().st_size for path in (out / "assets").iterdir() if path.name not in others)
    for page in pages.load().values():
        names = [f"{chart.id}.ecosystem" for chart in (*page.curves, *page.charts)[:DRAWN_FIRST] if not _of_one(chart)]
        names += [f"{chart.id}.ecosystem.aurelia" for chart in page.charts[:DRAWN_FIRST] if _of_one(chart)]
        names += [f"{page.slug}.ecosystem"] if page.measures else []
        data = sum((out / "data" / f"{name}.js").stat().st_size for name in names)
        assert shared + data + (out / f"{page.slug}.html").stat().st_size < BYTES_OF_A_PAGE, page.slug


def _of_one(chart: Chart | Curve) -> bool:
    return isinstance(chart, Chart) and chart.of_one


@pytest.mark.parametrize("slug", ["responsiveness", "growth", "index"])
def test_without_a_token_a_page_says_so_in_place_of_an_empty_chart(slug: str, build: Publish) -> None:
    out = build(World(months=30, token=False))
    page = _read(out / f"{slug}.html")
    words = " ".join(" ".join(page.words).split())
    assert f"GitHub's API was not read: {NO_TOKEN}." in words
    drawn = {a["id"] for tag, a in page.elements if tag == "figure" and "data-spec" in a}
    told = {chart.id for chart in pages.load()[slug].drawn if chart.stream in API_STREAMS}
    assert told
    assert not drawn & told
    assert "0 of 12" in words
    quality = " ".join(" ".join(_read(out / "quality.html").words).split())
    assert "12 subjects" in quality


def test_without_a_token_nothing_is_said_to_be_zero(build: Publish) -> None:
    html = (build(World(months=30, token=False)) / "index.html").read_text(encoding="utf-8")
    cards = re.findall(r'First response</dt>\s*<dd class="figure"><b>([^<]+)</b>', html)
    assert cards == ["unknown"] * 12


def test_the_bundle_is_kept_while_its_version_is_the_same(built: Path, tmp_path: Path) -> None:
    mark = (built / "assets" / "vega.js").read_text(encoding="utf-8").partition("\n")[0] + "\n"
    there = tmp_path / "assets" / "vega.js"
    there.parent.mkdir()
    there.write_text(mark, encoding="utf-8")
    site.build_shared(tmp_path)
    assert there.read_text(encoding="utf-8") == mark
    there.write_text("/* an earlier version */\n", encoding="utf-8")
    site.build_shared(tmp_path)
    assert there.read_bytes() == (built / "assets" / "vega.js").read_bytes()
