"""`python -m metrics` writes INDEX.md from the front matter of the metrics."""

from __future__ import annotations

from metrics.claim_files import load_claims
from metrics.definitions import load
from metrics.index import render
from metrics.macro_files import ROOT

(ROOT / "INDEX.md").write_text(render(load().values(), load_claims().values()), encoding="utf-8")
