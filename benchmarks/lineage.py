"""Roots of families of models: one million with trees up to 12 deep, 1 % on cycles and 2 % merges, and a tenth of them.

From who names whom to a row for each model, base and root, by the SQL of `staging.model_lineage`.

Run: `python -m benchmarks.lineage`. Prints Markdown.
"""

from __future__ import annotations

from benchmarks.measure import (
    MIB,
    RUNS,
    child,
    interleaved,
    machine,
    sampled,
    seconds,
    spread,
    table,
    verdict,
    versions,
)

MODELS = (100_000, 300_000, 1_000_000)
TARGET_S, TARGET_MIB, TARGET_TIMES = 10, 2_048, 12


def main() -> None:
    """Measure and print."""
    sides = {f"{models:,}": (lambda _run, n=models: sampled(child("lineage.py", str(n)))) for models in MODELS}
    samples = interleaved(sides, runs=min(RUNS, 3))
    print("## Lineage\n")
    print(f"{machine()}; {versions('duckdb')}. Medians of 3 runs in turns; DuckDB may take 1 GB.\n")
    rows = [
        (f"{name} models", f"{seconds(found):.2f}", spread(found), f"{max(s.peak_bytes for s in found) / MIB:.0f}")
        for name, found in samples.items()
    ]
    print(table(("", "median s", "least-most s", "peak MiB"), rows))
    most, tenth = samples[f"{MODELS[-1]:,}"], samples[f"{MODELS[0]:,}"]
    took, times = seconds(most), seconds(most) / seconds(tenth)
    peak = max(sample.peak_bytes for sample in most) / MIB
    print(
        f"\n- all roots of {MODELS[-1]:,} models: **{took:.1f} s** ({verdict(took < TARGET_S, f'under {TARGET_S} s')})"
    )
    print(
        f"- peak of the whole process: **{peak:.0f} MiB** ({verdict(peak < TARGET_MIB, f'under {TARGET_MIB:,} MiB')})"
    )
    print(
        f"- for ten times the models: **{times:.1f} times** the time ({verdict(times <= TARGET_TIMES, 'at most 12')})"
    )


if __name__ == "__main__":
    main()
