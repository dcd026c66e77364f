"""git → commits: dates that git stores and cannot show cost a commit its offset, never the history."""

from __future__ import annotations

from typing import Any

import pytest
from gitmaker import Maker

from pipelines.settings import Settings


@pytest.mark.parametrize(
    ("at", "offset", "epoch", "minutes"),
    [
        (0, "-0500", 0, None),
        (3_600, "-0200", 3_600, None),
        (18_000, "-0500", 18_000, -300),
        (0, "+0000", 0, 0),
        (0, "+0530", 0, 330),
        (1_700_000_000, "+9900", 1_700_000_000, None),
        (1_700_000_000, "-2459", 1_700_000_000, None),
        (1_700_000_000, "+1400", 1_700_000_000, 840),
        (1_700_000_000, "+1401", 1_700_000_000, None),
        (1_700_000_000, "-1200", 1_700_000_000, -720),
        (1_700_000_000, "+0545", 1_700_000_000, 345),
        (253_402_300_799, "+0000", 253_402_300_799, 0),
        (253_402_300_799, "+0100", 253_402_300_799, None),
        (253_402_300_800, "+0000", 253_402_300_800, None),
        ("-62135596800", "+0000", None, None),
        ("99999999999999999999", "+0000", None, None),
        ("", "", None, None),
        ("soon", "+0000", None, None),
    ],
)
def test_offset_is_lost_where_no_clock_shows_it_and_nothing_else(  # noqa: PLR0913, PLR0917 - a row of the table
    settings: Settings, maker: Maker, fetching: Any, at: int | str, offset: str, epoch: int | None, minutes: int | None
) -> None:
    before = maker.commit(at=1_600_000_000, offset="+0200")
    odd = maker.commit(at=at, offset=offset, email="odd@x.org")
    after = maker.commit(at=1_600_000_100, offset="-0700")
    found = fetching.rows(settings)
    assert [row["sha"] for row in found] == [after, odd, before]
    assert (found[1]["authored_epoch"], found[1]["utc_offset_minutes"]) == (epoch, minutes)
    assert [found[0]["utc_offset_minutes"], found[2]["utc_offset_minutes"]] == [-420, 120]


def test_the_case_passes_gits_own_check_and_breaks_gits_own_formats(maker: Maker) -> None:
    """If git learns to show it, this test says so."""
    maker.commit(at=0, offset="-0500")
    maker.git("fsck", "--strict")
    with pytest.raises(Exception, match="returned non-zero exit status 128"):
        maker.git("log", "--date=format:%z", "--format=%ad", "main")
