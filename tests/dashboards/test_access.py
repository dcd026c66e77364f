"""What WCAG 2.2 AA asks for and a machine can see: names, roles, languages, order, contrast, on pages of each kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from visiting import Opener

pytestmark = pytest.mark.browser

QUICK = ("index", "contributors", "ecosystem-aurelia", "quality")
OTHERS = ("lineage", "claims", "profiles", "metrics", "metric-downloads", "changes", "growth", "zh/responsiveness")
KINDS = [*QUICK, *(pytest.param(slug, marks=pytest.mark.slow) for slug in OTHERS)]

# What a control is called, by the rules that matter here: aria-label, aria-labelledby, <label>, its own words, a title.
NAMELESS = """() => [...document.querySelectorAll('a[href], button, input, select, summary, [role=img], [role=region]')]
  .filter((at) => at.checkVisibility() && !at.closest('[aria-hidden=true]'))
  .filter((at) => {
    const ids = (at.getAttribute('aria-labelledby') ?? '').split(' ');
    const by = ids.map((id) => document.getElementById(id)?.textContent);
    const labels = [...(at.labels ?? [])].map((label) => label.textContent);
    const image = at.querySelector?.('img')?.alt;
    return ![at.getAttribute('aria-label'), ...by, ...labels, at.textContent, image].some((name) => name?.trim());
  })
  .map((at) => at.outerHTML.slice(0, 120))"""

STRUCTURE = """() => {
  const shown = (selector) => [...document.querySelectorAll(selector)].filter((at) => at.checkVisibility());
  const levels = shown('h1, h2, h3, h4').map((at) => +at.tagName[1]);
  const ids = [...document.querySelectorAll('[id]')].map((at) => at.id);
  const words = (at) => document.getElementById(at.getAttribute('aria-labelledby'))?.textContent;
  const named = (at) => at.getAttribute('aria-label') ?? words(at);
  const placed = shown('main, nav, aside, section, [role=region]');
  const landmarks = placed.map((at) => `${at.tagName === 'NAV'} ${named(at)}`);
  return {
    h1: levels.filter((level) => level === 1).length,
    skipped: levels.filter((level, k) => k && level > levels[k - 1] + 1),
    twice: ids.filter((id, k) => ids.indexOf(id) !== k),
    main: document.querySelectorAll('main').length,
    unreachable: shown('.scroll, pre').filter((at) => at.tabIndex < 0).length,
    headless: shown('table').filter((at) => !at.querySelector('th')).length,
    alike: landmarks.filter((name, k) => landmarks.indexOf(name) !== k),
    marks: shown('[role^=graphics-]').filter((at) => !at.closest('[aria-hidden=true]')).length,
    alt: [...document.querySelectorAll('img')].filter((at) => !at.hasAttribute('alt')).length,
  };
}"""

# Contrast of all words on the page by WCAG 2.2, 1.4.3: 4.5 : 1, or 3 : 1 for large ones.
FAINT = """() => {
  const rgb = (text) => (text.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (at) => {
    for (let up = at; up; up = up.parentElement) {
      const colour = rgb(getComputedStyle(up).backgroundColor);
      if ((colour[3] ?? 1) === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const at = words.currentNode.parentElement;
    if (!words.currentNode.textContent.trim() || !at.checkVisibility({ checkOpacity: true })) continue;
    if (at.closest('script, .unseen, .skip, option, select') || at.matches(':disabled, :disabled *')) continue;
    const style = getComputedStyle(at);
    const ink = at.closest('svg') ? rgb(style.fill) : rgb(style.color);
    const [a, b] = [light(ink), light(behind(at))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && +style.fontWeight >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (isLarge ? 3 : 4.5) - 0.005) found.push(`${ratio.toFixed(2)} ${at.outerHTML.slice(0, 90)}`);
  }
  return found;
}"""


@pytest.mark.parametrize("slug", KINDS)
def test_everything_has_a_name_and_its_place_and_stands_out(slug: str, built: Path, visit: Opener) -> None:
    seen = visit(built / f"{slug}.html")
    seen.drawn()
    assert seen.page.evaluate(NAMELESS) == []
    found = seen.page.evaluate(STRUCTURE)
    assert found.pop("h1") == found.pop("main") == 1
    assert not any(found.values()), found
    assert seen.page.evaluate(FAINT) == []
    seen.page.emulate_media(color_scheme="dark")
    assert seen.page.evaluate(FAINT) == []


def test_contrast_is_measured(built: Path, visit: Opener) -> None:
    seen = visit(built / "growth.html")
    seen.page.evaluate("document.querySelector('h1').style.color = '#cccccc'")
    assert len(seen.page.evaluate(FAINT)) == 1


def test_names_are_looked_for(built: Path, visit: Opener) -> None:
    seen = visit(built / "growth.html")
    seen.page.evaluate("document.querySelector('#find-text').removeAttribute('aria-label')")
    assert len(seen.page.evaluate(NAMELESS)) == 1
