"""One `run` of an installation that the environment describes. Prints the seconds inside its Dagster steps.

Arguments: names of the sources to fetch; none: all. The seconds are those of Dagster's own events, from the start to
the end of each step, so neither this process' imports nor the making of the definitions is in them.
"""

from __future__ import annotations

import json
import sys

from _peak import peak_bytes  # type: ignore[import-not-found]  # this folder is the script's own

from pipelines.orchestration.installation import Installation
from pipelines.orchestration.launch import run
from pipelines.orchestration.runs import open_instance


def main() -> None:
    """Run, and say what it took."""
    installation = Installation.from_environment()
    imported = peak_bytes()
    summary = run(installation, sources=sys.argv[1:] or None)
    steps: dict[str, float] = {}
    with open_instance(installation.settings) as instance:
        for run_id in summary.run_ids:
            for step in instance.get_run_step_stats(run_id):
                if step.start_time is not None and step.end_time is not None:
                    steps[step.step_key] = steps.get(step.step_key, 0.0) + step.end_time - step.start_time
    answer = {
        "seconds": sum(steps.values()),
        "rows": len(steps),
        "steps": steps,
        "wall": summary.seconds,
        "failed": summary.failed_steps,
        "peak_bytes": peak_bytes(),
        "imported_bytes": imported,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
