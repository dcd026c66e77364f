"""Runs all benchmarks, or the named ones, and writes what they print: `python -m benchmarks [NAME …] [--write FILE]`.

A module of this folder that defines `main()` is a benchmark; it prints Markdown on its standard output and what it is
doing on its standard error. Each runs in a process of its own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import ROOT

HEADER = """# Benchmarks

Written by `make bench` on {day}. Medians; the sides of a comparison run in turns, each in a process of its own whose
start and imports are not in the figures. The peers live in environments of their own. Targets are those of the project.
"""


def names() -> list[str]:
    """The benchmarks of this folder, in alphabetical order."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return [file.stem for file in files if not file.stem.startswith("_") and "\ndef main(" in file.read_text()]


def main() -> int:
    """Run them; 1 if one failed (the others are run all the same)."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Ecotone beside its peers.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one or more of: {', '.join(names())}; default: all")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the Markdown to FILE as well")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(names())
    if unknown:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(names())}")
    texts, failed = [HEADER.format(day=datetime.now(UTC).date())], []
    for name in arguments.names or names():
        print(f"{name} …", file=sys.stderr, flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
        )
        if done.returncode != 0:
            failed.append(name)
        print(done.stdout, flush=True)
        texts.append(done.stdout)
    if failed:
        print(f"Failed: {', '.join(failed)}. Nothing was written.", file=sys.stderr)
    elif arguments.write:
        arguments.write.write_text("\n".join(text.strip() + "\n" for text in texts))
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main())
