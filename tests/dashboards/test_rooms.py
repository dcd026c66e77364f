"""Pages that draw what a publication has: metrics that no page declares, claims with verdicts, pairs of ecosystems."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pytest

from dashboards import pages, streams
from dashboards.pages import lineage
from dashboards.parts.unlisted import complete
from dashboards.read import series
from dashboards.read.publication import open_publication
from dashboards.write import site

GLOW = ("", "by:x", "by:y", "stat:p25", "stat:p75")  # other statistics of the same are not drawn
VERDICTS = """CREATE TABLE metrics.claim_verdict AS SELECT * FROM (VALUES
  ('birch_grows', 'Birch grows', 'supported', NULL, DATE '2026-01-01', DATE '2026-03-01', 3, 4, 'Birch 5, Cobalt 4',
   'A report', '2026-04', 'https://example.org/report', 'Cobalt having more.', ['Of what is catalogued.'], 'SELECT 1'),
  ('nobody_knows', 'Nobody knows </script>', 'not testable', 'who they are', NULL, NULL, 0, 0, NULL,
   'Somebody', '2025', 'https://example.org/talk', NULL, [], NULL))
  AS t(claim, title, verdict, reason, held_from, held_until, days_held, days_decided, evidence, said_by, said_on,
  source, refuted_by, caveats, sql)"""


def _table(metric: str, rows: str) -> str:
    """Rows: (entity_id, period, series, value)."""
    return (
        f"CREATE TABLE metrics.{metric} AS SELECT entity_id, CAST(period AS DATE) AS period, series, "
        "CAST(value AS DOUBLE) AS value, CAST(9 AS BIGINT) AS n, CAST(NULL AS DOUBLE) AS low, "
        "CAST(NULL AS DOUBLE) AS high, "
        "TRUE AS complete, CAST(NULL AS VARCHAR) AS reason, CAST(NULL AS VARCHAR) AS flag "
        f"FROM (VALUES {rows}) AS t(entity_id, period, series, value)"
    )


@pytest.fixture(scope="module")
def extended(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The usual publication, with claims, pairs, and a metric that no page has ever heard of."""
    path = tmp_path_factory.mktemp("extended") / "ecotone.duckdb"
    shutil.copy(published, path)
    birch, cobalt = "ecosystem:birch", "ecosystem:cobalt"
    with duckdb.connect(str(path)) as connection:
        connection.execute(VERDICTS)
        connection.execute("UPDATE ops.publication SET simulated = FALSE")
        pairs = f"('{birch}', '2026-09-01', 'with:{cobalt}', {{}}), ('{cobalt}', '2026-09-01', 'with:{birch}', {{}})"
        connection.execute(_table("shared_contributors", pairs.format(12, 12)))
        connection.execute(_table("contributor_overlap", pairs.format(0.25, 0.25)))
        flows = f"('{birch}', '2026-08-01', 'from:{cobalt}', 3), ('{birch}', '2026-09-01', 'from:{cobalt}', 4)"
        connection.execute(_table("contributor_flows", f"{flows}, ('{birch}', '2025-01-01', 'from:{cobalt}', 90)"))
        parts = ", ".join(f"('{birch}', '2026-0{m}-01', '{s}', 0.{m})" for m in (7, 8, 9) for s in GLOW)
        connection.execute(_table("glow", parts))
        connection.execute(
            "INSERT INTO metrics.definition VALUES ('glow', 'openness', 'Glow', 'How much does it glow?', "
            "'share of lamps', 'Made up.', 'nobody', [], 'SELECT 1 FROM metrics.lamps()')"
        )
        connection.execute("CREATE SCHEMA IF NOT EXISTS staging")
        connection.execute("CREATE TABLE staging.token_usage (week DATE)")
        connection.execute("CREATE MACRO metrics.lamps() AS TABLE SELECT 1 AS lit FROM staging.token_usage")
    return path


@pytest.fixture(scope="module")
def drawn(extended: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages that show it."""
    out = tmp_path_factory.mktemp("drawn")
    site.build(extended, out, pages=["index", "contributors", "openness", "claims", "metrics"])
    return out


def test_a_metric_that_no_page_declares_is_drawn_in_its_room(extended: Path, drawn: Path) -> None:
    with open_publication(extended) as publication:
        page = complete(publication, pages.load()["openness"], pages.load().values())
        found = {chart.id: chart for chart in page.charts if chart.metric == "glow"}
    assert found.keys() == {"glow", "glow-by-by"}
    assert found["glow"].format == "share"
    assert found["glow"].stream == streams.TOKENS  # which its macro reads
    assert found["glow-by-by"].split == "by:"
    html = (drawn / "openness.html").read_text(encoding="utf-8")
    assert 'data-chart="glow" data-kind="lines" data-spec' in html
    assert "In share of lamps." in html
    assert (drawn / "data" / "glow.csv").is_file()
    assert (drawn / "metric-glow.html").is_file()
    assert 'lang="en">How much does it glow?' in (drawn / "zh" / "openness.html").read_text(encoding="utf-8")


def test_what_nobody_has_translated_is_english_and_marked_as_such(drawn: Path) -> None:
    metric = (drawn / "zh" / "metric-glow.html").read_text(encoding="utf-8")
    assert '<p lang="en">Made up.</p>' in metric
    assert '<dd lang="en">nobody</dd>' in metric
    claims = (drawn / "zh" / "claims.html").read_text(encoding="utf-8")
    for text in ("Birch 5, Cobalt 4", "who they are", "Cobalt having more.", "A report"):
        assert f'lang="en">{text}</' in claims


def test_a_metric_of_ours_is_chinese_on_its_chinese_page(drawn: Path) -> None:
    html = (drawn / "zh" / "metric-elephant_factor.html").read_text(encoding="utf-8")
    assert "最少组织数。<code>unknown_share</code> 为窗口内" in html
    assert 'rel="noopener">https://chaoss.community/kb/metric-elephant-factor/</a>\uff08取其公式' in html
    assert not re.findall(r'<(?:p|li|dd) lang="en"', html)


def test_a_metric_is_drawn_on_one_page_only(extended: Path) -> None:
    with open_publication(extended) as publication:
        known = pages.load().values()
        ids = [chart.id for page in known for chart in complete(publication, page, known).charts]
    assert len(set(ids)) == len(ids)


def test_a_claim_has_its_verdict_its_days_and_its_query(drawn: Path) -> None:
    html = (drawn / "claims.html").read_text(encoding="utf-8")
    [supported, untestable] = re.findall(r"<article.*?</article>", html, re.DOTALL)
    assert ">supported<" in supported
    assert "1 January 2026 to 1 March 2026; on 3 of 4 days on which it could be judged" in supported
    assert "Birch 5, Cobalt 4" in supported
    assert "Cobalt having more." in supported
    assert "<code>SELECT 1</code>" in supported
    assert ">not testable<" in untestable
    assert "who they are" in untestable
    assert "The query" not in untestable
    assert "</script>" not in untestable
    assert ">得到支持<" in (drawn / "zh" / "claims.html").read_text(encoding="utf-8")


def test_the_overview_tells_how_many_claims_hold(drawn: Path) -> None:
    html = (drawn / "index.html").read_text(encoding="utf-8")
    assert "Of 2, 1 hold in this data and 0 do not" in html
    assert '<a href="claims.html#claim-birch_grows"><bdi class="name">Birch grows (supported)</bdi></a>' in html


def test_of_simulated_data_a_verdict_says_so_and_no_claim_is_named_on_the_overview(
    extended: Path, tmp_path: Path
) -> None:
    database = tmp_path / "ecotone.duckdb"
    shutil.copy(extended, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("UPDATE ops.publication SET simulated = TRUE")
    site.build(database, tmp_path / "site", pages=["index", "claims"])
    overview = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "Of the world, this simulated data says nothing. Of 2, 1 hold" in overview
    assert "Birch grows" not in overview
    html = (tmp_path / "site" / "claims.html").read_text(encoding="utf-8")
    assert ">supported, by simulated data<" in html
    assert "say nothing of the world" in html


def test_without_claims_the_page_says_so(built: Path) -> None:
    assert "No claims are in this publication" in (built / "claims.html").read_text(encoding="utf-8")


def test_pairs_and_flows_are_those_of_the_latest_months(drawn: Path) -> None:
    html = (drawn / "contributors.html").read_text(encoding="utf-8")
    assert 'data-pair="ecosystem:birch ecosystem:cobalt">12</data> <span class="part">(25.0 %)</span>' in html
    # 3 + 4 of the last twelve months; the 90 of January 2025 are too old.
    assert '<data value="7">7</data>' in html
    assert '<data value="97">' not in html


def test_without_pairs_it_is_said_that_they_are_unknown(built: Path) -> None:
    html = (built / "contributors.html").read_text(encoding="utf-8")
    assert "Unknown: this publication does not tell who takes part in two ecosystems" in html


def test_a_relation_has_one_colour_on_the_page_of_lineage(published: Path) -> None:
    with open_publication(published) as publication:
        drawn = series.lines(publication, lineage.PAGE.charts[0], "ecosystem")
        names = sorted({line.series.removeprefix("relation:") for line in drawn})
        assert names
        slots = lineage._slots(publication, ["unheard of", *names])  # noqa: SLF001 - what the table's colours come from
    assert slots == {name: place for place, name in enumerate([*names, "unheard of"])}
