"""Public rankings → stars, forks and open issues of a repository by day, under each name it has had.

GitHub tells only today's counters. Public lists that were written down every day tell those of the past, on the days on
which a repository was in one of them. Rows pass as served; which of two lists of a day counts is staging's business.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.catalogue import Catalogue, Name, Project, Repository
from pipelines.errors import CatalogueError, Skipped, TerminalError
from pipelines.sources import Batch, Request, Source, State
from pipelines.sources.rankings.client import PUBLIC_REPOSITORY, Listing, Rankings, digest, open_rankings
from pipelines.sources.rankings.rows import LeftOut
from pipelines.sources.recorded_days import DaysBrought

SHOWN_LEFT_OUT = 3
MOST_SPREAD = 0.01  # two lists of a day are written minutes apart: more than that is another repository
MOST_SPREAD_STARS = 100
SCHEMA = pa.schema(
    [
        pa.field("repository", pa.string(), nullable=False, metadata={"comment": "github:<owner/name>, as catalogued"}),
        pa.field("full_name", pa.string(), nullable=False, metadata={"comment": "the name under which it was listed"}),
        pa.field("day", pa.date32(), nullable=False, metadata={"comment": "day of the list"}),
        pa.field("list", pa.string(), nullable=False, metadata={"comment": "which list, e.g. Python or top-100-stars"}),
        pa.field("stars", pa.int64(), metadata={"comment": "stars; NULL where the list had none"}),
        pa.field("forks", pa.int64(), metadata={"comment": "forks of the whole network"}),
        pa.field("open_issues", pa.int64(), metadata={"comment": "open issues and change requests"}),
    ],
)


def subjects(project: Project) -> list[str]:
    """Every repository of the project."""
    return [repository.subject for repository in project.repositories]


def fetch(request: Request) -> Iterator[Batch]:
    """Bring the days of one repository that were not brought before."""
    repository = request.project.repository(request.subject)
    rankings = _open(request)
    listings = rankings.listings(until=request.now.date())
    names = _names_digest(repository)
    unread = _unread(listings, request.state, names)
    if listings and not unread:
        return
    wanted = frozenset(name.name.lower() for name in repository.names)
    found = rankings.rows(unread, wanted, _other_names(request.settings.catalogue), request.progress)
    if found.unreadable == len(listings):
        raise TerminalError(
            f"ECOTONE_RANKINGS={request.settings.rankings} holds no ranking that can be read. {_shown(found.left_out)}",
        )
    rows = _dated(found.table, repository)
    past = rows.filter(pc.less_equal(rows["day"], pa.scalar(request.now.date(), pa.date32())))
    _check_names(past, repository, request)
    taken = DaysBrought.of(request.state)
    new = past.filter(pa.array([day not in taken for day in past["day"].to_pylist()], pa.bool_()))
    reason = _reason([one for one in found.left_out if not one.names or one.names & wanted])
    if not new.num_rows and request.state is None:
        raise Skipped(_never_listed(repository, reason))
    if not new.num_rows and reason in {None, (request.state or {})["reason"]}:
        return
    taken.add(new["day"].to_pylist())
    state = {
        "listings": len(listings),
        "digest": digest(listings),
        "names": names,
        "beyond": past.num_rows < rows.num_rows,
        "reason": reason,
        "observed_until": min(_end_of(taken.last), request.now.astimezone(UTC)).isoformat(),
        **taken.state(),
    }
    yield Batch(_table(new, request.subject), complete=True, state=state, reason=reason)


def _open(request: Request) -> Rankings:
    settings = request.settings
    if not settings.rankings:
        raise Skipped(
            "stars and forks of past days are not read: set ECOTONE_RANKINGS to a ranking CSV, to a folder of daily "
            f'ones, or to "clone" for those of github.com/{PUBLIC_REPOSITORY} (about 250 MB).',
        )
    return open_rankings(settings.rankings, cache=settings.home / "git", url=settings.git_url_of(PUBLIC_REPOSITORY))


def _unread(listings: Sequence[Listing], state: State | None, names: str) -> Sequence[Listing]:
    """The files to read: those after the ones read before, or all if one of those is late or changed."""
    if state is None or state["names"] != names or state["beyond"]:
        return listings
    known = state["listings"]
    return listings[known:] if digest(listings[:known]) == state["digest"] else listings


def _names_digest(repository: Repository) -> str:
    """Changes when the catalogue gives the repository another name or period."""
    return hashlib.blake2b(repr(repository.names).encode(), digest_size=8).hexdigest()


def _other_names(catalogue: Path) -> frozenset[str]:
    """All names of the catalogue, which will be asked for next: so that each file is read once for all of them."""
    told = catalogue.stat() if catalogue.is_file() else None
    return _catalogue_names(catalogue, told.st_mtime_ns, told.st_size) if told else frozenset()


@functools.lru_cache(maxsize=4)
def _catalogue_names(catalogue: Path, _changed_ns: int, _size: int) -> frozenset[str]:
    try:
        projects = Catalogue.load(catalogue).projects
    except CatalogueError:
        return frozenset()  # whoever runs the pipeline is told so there; here it costs only time
    return frozenset(name.name.lower() for project in projects for each in project.repositories for name in each.names)


def _dated(table: pa.Table, repository: Repository) -> pa.Table:
    """The rows of the repository under names that were its own on that day."""
    lower = pc.ascii_lower(table["full_name"])
    mask = pa.array([False] * table.num_rows, pa.bool_())
    for name in repository.names:
        mask = pc.or_(mask, pc.and_(pc.equal(lower, name.name.lower()), _in_period(table["day"], name)))
    return table.filter(mask)


def _in_period(days: pa.ChunkedArray, name: Name) -> pa.ChunkedArray:
    first, end = name.valid_from or date.min, name.valid_until or date.max
    one, two = (pa.scalar(day, pa.date32()) for day in (first, end))
    return pc.and_(pc.greater_equal(days, one), pc.less(days, two))


def _check_names(table: pa.Table, repository: Repository, request: Request) -> None:
    """Two names on one day must tell of one repository; if their counts differ, a period in the catalogue is wrong."""
    by_day: dict[date, dict[str, int]] = {}
    for row in table.select(["day", "full_name", "stars"]).to_pylist() if len(repository.names) > 1 else ():
        names = by_day.setdefault(row["day"], {})
        key = row["full_name"].lower()
        names[key] = max(names.get(key, 0), row["stars"] or 0)
    for day, names in sorted(by_day.items()):
        (low, least), (high, most) = (choose(names.items(), key=lambda item: item[1]) for choose in (min, max))
        if most - least > max(MOST_SPREAD_STARS, MOST_SPREAD * most):
            raise CatalogueError(
                f"{high} and {low} are catalogued as names of one repository, but on {day} both were listed, with "
                f"{most:,} and {least:,} stars: they were two then. Give the former name of {repository.name} an until "
                "no later than that day and the current one a from after it, or catalogue them as two.",
                file=str(request.settings.catalogue),
            )


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _table(rows: pa.Table, subject: str) -> pa.Table:
    rows = rows.sort_by([("day", "ascending"), ("list", "ascending"), ("full_name", "ascending")])
    return rows.add_column(0, "repository", pa.repeat(pa.scalar(subject), rows.num_rows)).cast(SCHEMA)


def _never_listed(repository: Repository, reason: str | None) -> str:
    names = " or ".join(name.name for name in repository.names)
    return f"{names} is in none of the public rankings read, so its counters are not known. {reason or ''}".strip()


def _reason(left_out: Sequence[LeftOut]) -> str | None:
    if not left_out:
        return None
    return f"{len(left_out):,} row{'s' * (len(left_out) != 1)} or files left out as malformed: {_shown(left_out)}"


def _shown(left_out: Sequence[LeftOut]) -> str:
    shown = "; ".join(one.text for one in left_out[:SHOWN_LEFT_OUT])
    return shown + (f"; and {len(left_out) - SHOWN_LEFT_OUT:,} more" if len(left_out) > SHOWN_LEFT_OUT else "")


SOURCE = Source(
    name="repository_counters",
    source="github",
    stream="counters",
    description=(
        "Stars, forks and open issues of past days, from public daily rankings: a CSV, a folder of them, or a clone "
        f"of github.com/{PUBLIC_REPOSITORY}. A repository has rows on the days on which it was in a list; no account."
    ),
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=False,
    kinds=frozenset({"csv"}),
)
