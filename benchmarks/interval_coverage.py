"""Measures how often the 95 % intervals of the metrics hold the truth, on simulated communities whose truth is known.

Each simulated community is a repository in a DuckDB in memory; the metrics' own SQL computes the intervals, nothing is
computed twice. Prints the tables of docs/intervals.md; `--write` puts them there.

    python benchmarks/interval_coverage.py [--communities 400] [--write]
"""

from __future__ import annotations

import argparse
import itertools
import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

import metrics

DOCUMENT = Path(__file__).parent.parent / "docs" / "intervals.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
MONTHS = [date(2024, month, 1) for month in range(1, 13)]
PERIOD = MONTHS[-1]

Row = tuple[object, ...]


@dataclass(frozen=True)
class Outcome:
    """One scenario: what was simulated, and what came of it."""

    scenario: str
    truth: str
    given: float
    covered: float
    too_high: float
    too_low: float
    width: str

    def line(self) -> str:
        """The outcome as a row of a Markdown table."""
        cells = [self.scenario, self.truth, f"{self.given:.0%}", f"{self.covered:.1%}"]
        return "| " + " | ".join([*cells, f"{self.too_high:.1%}", f"{self.too_low:.1%}", self.width]) + " |"


HEAD = (
    "| simulated | truth | interval given | holds the truth | lies above it | lies below it | median width |\n"
    "|---|---|---|---|---|---|---|"
)


def world(tables: Mapping[str, Sequence[Row]], repositories: int, metric: str) -> list[Row]:
    """Builds one metric over simulated repositories.

    Returns:
        (repository number, value, low, high) at `PERIOD`.
    """
    connection = duckdb.connect()
    metrics.create_inputs(connection)
    connection.execute(f"""
        INSERT INTO catalogue.membership SELECT 'repository:' || i, 'github:' || i, NULL, NULL
        FROM range({repositories}) t(i);
        INSERT INTO ops.coverage SELECT 'github:' || i, s.source, s.stream, NULL, TIMESTAMPTZ '2025-01-01 00:00:00+00',
            'ok', NULL, 1, 0, NULL, NULL, NULL
        FROM range({repositories}) t(i),
            (VALUES ('git', 'commits'), ('github', 'counters'), ('huggingface', 'models')) s(source, stream);
        INSERT INTO ops.entity_coverage SELECT 'repository:' || split_part(subject_id, ':', 2), source, stream, 1, 1,
            observed_until, 0 FROM ops.coverage;
    """)
    for table, rows in tables.items():
        columns = {f"c{number}": list(column) for number, column in enumerate(zip(*rows, strict=True))}
        connection.register("given", pa.table(columns))
        connection.execute(FILL[table])
    metrics.build(connection, [metric])
    return connection.execute(
        f"SELECT CAST(split_part(entity_id, ':', 2) AS INTEGER), value, low, high FROM metrics.{metric} "
        "WHERE period = ? AND series = '' ORDER BY 1",
        [PERIOD],
    ).fetchall()


FILL = {
    # repository, person, month, offset, commits
    "commits": """
        INSERT INTO staging.commit
        SELECT 'github:' || c0, concat_ws('-', c0, c1, c2, c3, i), 'person:' || c1, c2 + INTERVAL 10 DAY, c3, c2,
            FALSE, [], FALSE
        FROM given, range(1000000) t(i) WHERE i < c4;
        INSERT INTO staging.person SELECT DISTINCT 'person:' || c1, 'human', NULL, NULL, NULL FROM given;
    """,
    # repository, model, architecture, organisation
    "models": """
        INSERT INTO staging.model (model_id, organization, created_at, model_type)
        SELECT 'hf:' || c1, c3, DATE '2024-12-10', c2 FROM given;
        INSERT INTO catalogue.membership SELECT 'repository:' || c0, 'hf:' || c1, NULL, NULL FROM given;
    """,
    # repository, day, forks
    "counters": """
        INSERT INTO staging.repository_snapshot SELECT 'github:' || c0, c1, 0, c2, 0, 'counter', 0, 0 FROM given;
    """,
}


def outcome(
    scenario: str, truths: Sequence[float], rows: Iterable[Row], width: Callable[[float, float], float]
) -> Outcome:
    """Compares intervals with the truths; `truths` has one number per repository."""
    held = above = below = given = 0
    widths = []
    for number, value, low, high in rows:
        if not isinstance(number, int) or not isinstance(low, float) or not isinstance(high, float) or value is None:
            continue
        given += 1
        held += low <= truths[number] <= high
        above += low > truths[number]
        below += high < truths[number]
        widths.append(width(low, high))
    middle = sorted(truths)[len(truths) // 2]
    median = f"{sorted(widths)[len(widths) // 2]:.2f}" if widths else "-"
    some = max(given, 1)
    return Outcome(scenario, f"{middle:.2f}", given / len(truths), held / some, above / some, below / some, median)


def poisson(rng: random.Random, mean: float) -> int:
    """Knuth's method below 30, the normal approximation above."""
    if mean > 30:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count, product = count + 1, product * rng.random()
    return count


def effective_contributors(communities: int) -> list[Outcome]:
    """People with log-normal rates; each person's monthly rate varies by a gamma factor of variance `burst`."""
    found = []
    for burst, temper in ((0.0, "steady"), (1.0, "uneven"), (3.0, "in bursts")):
        for people, spread in ((1, 0.0), (4, 1.0), (15, 1.0), (80, 1.5)):
            for yearly in (30, 100, 400):
                rng = random.Random(f"{burst} {people} {yearly}")
                truths: list[float] = []
                rows: list[Row] = []
                for number in range(communities):
                    rates = [math.exp(rng.gauss(0, spread)) for _ in range(people)]
                    shares = [rate / sum(rates) for rate in rates]
                    truths.append(1 / sum(share * share for share in shares))
                    for person, share in enumerate(shares):
                        for month in MONTHS:
                            factor = rng.gammavariate(1 / burst, burst) if burst else 1.0
                            rows.append((number, person, month, 0, poisson(rng, yearly / 12 * share * factor)))
                result = world({"commits": rows}, communities, "effective_contributors")
                scenario = f"{people} {'people' if people > 1 else 'person'}, {yearly} commits a year, {temper}"
                found.append(outcome(scenario, truths, result, lambda low, high: high / low))
    return found


def time_zone_diversity(communities: int) -> list[Outcome]:
    """People drawn from fixed shares of offsets, each with one commit."""
    places = {
        "one offset 90 %, another 10 %": (0.9, 0.1),
        "two offsets, equal": (0.5, 0.5),
        "one 70 %, four others": (0.7, 0.1, 0.1, 0.05, 0.05),
        "six offsets, 30 to 10 %": (0.3, 0.2, 0.2, 0.1, 0.1, 0.1),
        "twelve, equal": (1 / 12,) * 12,
    }
    found = []
    for name, shares in places.items():
        for people in (5, 8, 20, 50, 200):
            rng = random.Random(f"{name} {people}")
            rows: list[Row] = []
            for number in range(communities):
                offsets = rng.choices(range(len(shares)), shares, k=people)
                rows += [(number, f"{number}/{who}", PERIOD, 60 * (place + 1), 1) for who, place in enumerate(offsets)]
            truth = 1 / sum(share * share for share in shares)
            result = world({"commits": rows}, communities, "time_zone_diversity")
            found.append(
                outcome(f"{name}; {people} people", [truth] * communities, result, lambda low, high: high / low)
            )
    return found


def fork_growth(communities: int) -> list[Outcome]:
    """Seven month ends of a fork counter whose expected logarithmic increment is known."""
    found = []
    for name, first, mean, noise, memory, late in (
        ("1,000 forks, 5 % a month, arrivals only", 1000, 0.05, 0.0, 0.0, 0),
        ("50 forks, 5 % a month, arrivals only", 50, 0.05, 0.0, 0.0, 0),
        ("1,000 forks, 5 % ± 3 a month", 1000, 0.05, 0.03, 0.0, 0),
        ("1,000 forks, no growth", 1000, 0.0, 0.0, 0.0, 0),
        ("1,000 forks, 5 %, last snapshot 0 to 6 days early", 1000, 0.05, 0.0, 0.0, 6),
        ("1,000 forks, 5 % ± 3, months alike (correlation 0.5)", 1000, 0.05, 0.03, 0.5, 0),
        ("1,000 forks, 5 % ± 3, months alike (correlation 0.8)", 1000, 0.05, 0.03, 0.8, 0),
    ):
        rng = random.Random(name)
        rows: list[Row] = []
        for number in range(communities):
            level, drift = float(first), rng.gauss(0, noise)
            for month in (date(2024, 6, 1), *MONTHS[6:]):
                ends = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
                early = rng.randrange(late + 1)
                rate = mean + drift
                part = poisson(rng, max(0.0, level * math.expm1(rate) * (1 - early / 30)))
                rest = poisson(rng, max(0.0, level * math.expm1(rate) * early / 30))
                rows.append((number, ends - timedelta(days=early), round(level + part)))
                level += part + rest
                drift = memory * drift + rng.gauss(0, noise * math.sqrt(1 - memory * memory))
        truths = [100 * math.expm1(mean)] * communities
        found.append(
            outcome(name, truths, world({"counters": rows}, communities, "fork_growth"), lambda low, high: high - low)
        )
    return found


def agent_share(communities: int) -> list[Outcome]:
    """Commits of a month with an agent: independent of each other, and by sessions of 5 commits that go one way."""
    connection = duckdb.connect()
    metrics.create_inputs(connection)
    metrics.build(connection, [])
    found = []
    for session in (1, 5):
        for commits in (5, 20, 100, 1000):
            for share in (0.01, 0.1, 0.5):
                rng = random.Random(f"{session} {commits} {share}")
                ks = [
                    sum(session for _ in range(commits // session) if rng.random() < share)
                    for _ in range(communities * 10)
                ]
                rows = connection.execute(
                    "SELECT i, k / $n, metrics.wilson_low(k, $n), metrics.wilson_high(k, $n) FROM "
                    "(SELECT unnest(range(len($ks)))::INTEGER AS i, unnest($ks) AS k)",
                    {"n": commits, "ks": ks},
                ).fetchall()
                kind = "independent" if session == 1 else "in sessions of 5"
                scenario = f"{commits} commits, {kind}"
                found.append(outcome(scenario, [share] * len(ks), rows, lambda low, high: high - low))
    return found


def architecture_diversity(communities: int) -> list[Outcome]:
    """Models drawn from fixed shares of architectures, one by one and by families of four of one architecture."""
    kinds = {"one 70 %, four others": (0.7, 0.1, 0.1, 0.05, 0.05), "six, 30 to 10 %": (0.3, 0.2, 0.2, 0.1, 0.1, 0.1)}
    found = []
    for family, (name, shares), models in itertools.product((1, 4), kinds.items(), (8, 20, 60, 200)):
        rng = random.Random(f"{family} {name} {models}")
        rows: list[Row] = []
        for number in range(communities):
            types = rng.choices(range(len(shares)), shares, k=models // family)
            releases = [one // family for one in range(models)]
            rows += [(number, f"{number}/{one}", f"t{types[of]}", f"o{of}") for one, of in enumerate(releases)]
        truth = [1 / sum(share * share for share in shares)] * communities
        result = world({"models": rows}, communities, "architecture_diversity")
        scenario = f"{name}; {models} models, {'one by one' if family == 1 else f'families of {family}'}"
        found.append(outcome(scenario, truth, result, lambda low, high: high / low))
    return found


def shares_in_parts(communities: int) -> list[Outcome]:
    """Derivatives of which some are merges of two bases, half each; and people of two communities, some in both."""
    connection = duckdb.connect()
    metrics.create_inputs(connection)
    metrics.build(connection, [])
    found = []
    for merges, models, share in itertools.product((0.0, 0.5), (10, 50, 500), (0.05, 0.4)):
        rng = random.Random(f"{merges} {models} {share}")
        drawn = []
        for _ in range(communities * 10):
            bases = [2 if rng.random() < merges else 1 for _ in range(models)]
            drawn.append((sum(sum(rng.random() < share for _ in range(base)) / base for base in bases), models))
        name = f"`derivative_share`: {models} derivatives, {merges:.0%} merges of two"
        found.append(wilson(connection, name, share, drawn))
    for people, share in itertools.product((10, 50, 500), (0.05, 0.3)):
        rng = random.Random(f"{people} {share}")
        sizes = [max(1, poisson(rng, people)) for _ in range(communities * 10)]
        drawn = [(sum(rng.random() < share for _ in range(size)), size) for size in sizes]
        found.append(wilson(connection, f"`contributor_overlap`: about {people} people in either", share, drawn))
    return found


def wilson(connection: duckdb.DuckDBPyConnection, name: str, truth: float, drawn: list[tuple[float, int]]) -> Outcome:
    """How often the macro's interval for (k, n) holds the truth."""
    rows = connection.execute(
        "SELECT unnest(range(len($ks)))::INTEGER AS i, unnest($ks) / unnest($ns) AS value, "
        "metrics.wilson_low(unnest($ks), unnest($ns)) AS low, metrics.wilson_high(unnest($ks), unnest($ns)) AS high",
        {"ks": [float(k) for k, _ in drawn], "ns": [n for _, n in drawn]},
    ).fetchall()
    return outcome(name, [truth] * len(drawn), rows, lambda low, high: high - low)


MEASURED = {
    "Wilson: `agent_share`, `bot_share`": (agent_share, "share"),
    "Jackknife over months: `effective_contributors`": (effective_contributors, "high ÷ low"),
    "Jackknife over groups of people: `time_zone_diversity`": (time_zone_diversity, "high ÷ low"),
    "Wilson: `derivative_share`, `contributor_overlap`": (shares_in_parts, "share"),
    "Jackknife over groups of releases: `architecture_diversity`": (architecture_diversity, "high ÷ low"),
    "t on logarithmic increments: `fork_growth`": (fork_growth, "percentage points"),
}


def report(communities: int) -> str:
    """The measured tables, in Markdown."""
    parts = []
    for title, (measure, unit) in MEASURED.items():
        lines = [outcome.line() for outcome in measure(communities)]
        parts.append("\n".join([f"### {title}", "", HEAD.replace("width", f"width, {unit}"), *lines, ""]))
    return "\n".join(parts)


def main() -> None:
    """Prints the tables, or writes them into the document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--communities", type=int, default=400, help="simulated communities per row (default: 400)")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/intervals.md")
    options = parser.parse_args()
    tables = report(options.communities)
    if not options.write:
        print(tables)
        return
    before, rest = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{tables}\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
