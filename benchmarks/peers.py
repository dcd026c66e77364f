"""The peer's environment: Perceval in a virtual environment of its own, never among our dependencies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.measure import ROOT

PERCEVAL = "1.6.1"  # the newest release in November 2026; it has its own licence (GPL-3.0-or-later) and is only run
ENVIRONMENT = ROOT / ".venv-perceval"


def perceval_python() -> Path:
    """The interpreter that has Perceval; the environment is made at first use (needs a package index)."""
    python = ENVIRONMENT / "bin" / "python"
    marker = ENVIRONMENT / f"perceval-{PERCEVAL}"
    if not marker.exists():
        print(f"Making {ENVIRONMENT.name} with Perceval {PERCEVAL} …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", f"perceval=={PERCEVAL}"], check=True)
        marker.touch()
    return python
