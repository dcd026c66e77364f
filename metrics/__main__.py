"""`python -m metrics` writes INDEX.md from the front matter of the metrics."""

from __future__ import annotations

from metrics.definitions import load
from metrics.index import render
from metrics.macros import ROOT

(ROOT / "INDEX.md").write_text(render(load().values()), encoding="utf-8")
