"""Repositories as large as those of the default catalogue, for what a new user sees after an hour. Names are made up.

Stars, forks and open issues of the larger ones are of the orders in which public lists have them; the others are small.
Issues and change requests in all are taken to be 12,000 and five for each open one, but for the small ones.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipelines.sandbox.github.world.facts import Repository
from pipelines.sandbox.github.world.generated import generated

LARGE = (
    (387_000, 81_000, 3_700), (234_000, 47_000, 11_700), (187_000, 46_000, 290), (182_000, 20_000, 40),
    (179_000, 17_500, 2_400), (164_000, 34_000, 870), (153_000, 24_000, 290), (150_000, 22_000, 200),
    (145_000, 24_000, 330), (142_000, 23_000, 14_300), (129_000, 15_200, 4_100), (125_000, 22_000, 780),
    (112_000, 17_100, 13_200), (108_000, 13_100, 40), (107_000, 14_500, 550), (104_000, 16_700, 140),
    (90_000, 21_000, 2_200), (89_000, 10_500, 1_300), (74_000, 6_700, 930), (74_000, 9_100, 1_000),
    (60_000, 9_800, 470), (53_000, 6_100, 1_100),
)  # fmt: skip
SMALL = (9_000, 1_200, 60)
REPOSITORIES = 67
MOST_THREADS = 70_000
NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)


def sizes(every: int = 1) -> list[tuple[int, int, int, int]]:
    """Stars, forks, issues and change requests of each of the repositories, or of every so manieth."""
    found = []
    for stars, forks, still_open in (*LARGE, *([SMALL] * (REPOSITORIES - len(LARGE))))[::every]:
        threads = min(MOST_THREADS, 12_000 + 5 * still_open) if (stars, forks, still_open) != SMALL else 900
        found.append((stars, forks, threads * 2 // 5, threads * 3 // 5))
    return found


def first_hour(scale: int, every: int = 1) -> list[Repository]:
    """The repositories, a `scale`th as large each, begun at different times and growing evenly since."""
    made = []
    for number, (_stars, forks, issues, changes) in enumerate(sizes(every)):
        begun = datetime(2022, 1, 1, tzinfo=UTC) + timedelta(days=37 * number % 1_300)
        made.append(
            generated(
                f"lowmere/mill-{number}",
                id=2_100_000_000 + number,
                issues=issues // scale,
                change_requests=changes // scale,
                forks=forks // scale,
                comments=1,
                people=20,
                start=begun,
                end=NOW - timedelta(hours=3),
            )
        )
    return made
