"""GitHub: whose the tokens are, what they may do and spend, and what the catalogue will cost. Asks GitHub itself.

One request a token by GraphQL and one by REST, and one for each 50 repositories of the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipelines.cli.checkup import Finding, fail, ok, warn
from pipelines.cli.reports.points import Outlook, lasting, outlook
from pipelines.cli.reports.streams import streams
from pipelines.cli.shell.terminal import plural
from pipelines.errors import ConfigurationError, SourceError, TerminalError
from pipelines.lake import Lake
from pipelines.orchestration.installation import Installation
from pipelines.sources.github.client.accounts.budget import reserve_of
from pipelines.sources.github.client.activity import Activity
from pipelines.sources.github.client.client import Budget, GitHub, Probe, TokenReport

ATTEMPTS = 3  # of each question: somebody waits for the report
MOST_NAMED = 5
NEEDLESS = "A token without any scope reads all that is read here: whoever finds this one can do more."
NEW_TOKEN = "Make a new one without any scopes at https://github.com/settings/tokens."  # noqa: S105 - it is an advice


def findings(installation: Installation) -> Iterator[Finding]:
    """All of them; none without a token."""
    settings = installation.settings
    if not settings.has("github_token"):
        return
    try:
        home = settings.home if settings.home.is_dir() else None
        client = GitHub.to(settings, patient=False, attempts=ATTEMPTS, missing=home)
    except ConfigurationError:
        return  # told with the settings
    try:
        yield from _tokens(client)
        yield from _accounts(client.budgets)
        yield from _catalogue(installation, client)
    except TerminalError as error:
        yield fail("GitHub", str(error), "Until then nothing is read from GitHub's API.")
    except SourceError as error:
        yield warn("GitHub", str(error), "Check the network, HTTPS_PROXY and ECOTONE_GITHUB_URL, or try again later.")
    finally:
        client.close()


def _tokens(client: GitHub) -> Iterator[Finding]:
    client.connect()
    for report in client.report_tokens():
        what = f"GitHub token {report.number}"
        if report.problem is not None:
            yield warn(what, report.problem, f"{NEW_TOKEN} The others are used meanwhile.")
        elif report.scopes:
            yield warn(what, f"{_whose(report)}, may do: {', '.join(report.scopes)}", NEEDLESS)
        else:
            kind = "without scopes" if report.scopes == () else "a fine-grained one, or an app's"
            yield ok(what, f"{_whose(report)}, {kind}: it reads what is public")


def _whose(report: TokenReport) -> str:
    return f"of {report.login}" if report.login else "of nobody in particular"


def _accounts(budgets: list[Budget]) -> Iterator[Finding]:
    for budget in budgets:
        if budget.limit is None or budget.remaining is None or budget.reset_at is None:
            yield ok("GitHub budget", f"{budget.account}: not limited")
            continue
        text = (
            f"{budget.account}: {budget.remaining:,} of {budget.limit:,} points left until "
            f"{budget.reset_at:%H:%M} UTC, {reserve_of(budget.limit):,} of them are never touched"
        )
        if budget.tokens > 1:
            remedy = (
                "One of them suffices: GitHub counts by account. More points an hour take tokens of other accounts."
            )
            yield warn("GitHub budget", f"{text}; {budget.tokens} tokens share it", remedy)
        else:
            yield ok("GitHub budget", text)


def _catalogue(installation: Installation, client: GitHub) -> Iterator[Finding]:
    names = [one.name for project in installation.catalogue.projects for one in project.repositories]
    found = client.probe(list(dict.fromkeys(names)), installation.settings.now())
    probes = {name: each for name, each in found.items() if isinstance(each, Probe)}
    missing = {name: each for name, each in found.items() if isinstance(each, SourceError)}
    yield from _names(probes, missing)
    manifest = Lake(installation.settings.lake).manifest
    totals = {name: {stream: count.total for stream, count in probe.counts.items()} for name, probe in probes.items()}
    expected = outlook(totals, streams(installation, manifest), manifest, installation.settings)
    if not expected.points:
        yield ok("GitHub estimate", f"{plural(len(probes), 'repository')} fetched whole once already")
        return
    seconds = _seconds_an_answer(installation, client)
    dearest = ", ".join(f"{name} {points:,}" for name, points in expected.streams.items() if points)
    soon = (
        f"useful {_after(expected.soon, client.budgets, seconds)}, " if expected.soon and expected.soon.points else ""
    )
    of = plural(expected.repositories, "repository")
    yield ok(
        "GitHub estimate",
        f"{soon}whole {_after(expected, client.budgets, seconds)} for {of} ({dearest}; people apart)",
    )


def _after(expected: Outlook, budgets: Sequence[Budget], seconds: float) -> str:
    """`after about 2 hours, at 0.8 s an answer (9,100 points)`; `within the hour (800 points)`."""
    hours = expected.hours(budgets, seconds)
    when = "within the hour " if hours == 0 else ""
    if hours:
        when = f"after about {lasting(hours)}, at {seconds:.1f} s an answer "
    return f"{when}({expected.points:,} points)"


def _seconds_an_answer(installation: Installation, client: GitHub) -> float:
    """As the last run had them; without one, as these few answers took."""
    last = Activity.read(installation.settings.home)
    return last.seconds_an_answer if last and last.seconds_an_answer else client.activity().seconds_an_answer


def _names(probes: Mapping[str, Probe], missing: Mapping[str, SourceError]) -> Iterator[Finding]:
    renamed = [f"{name} is {probe.full_name} now" for name, probe in probes.items() if probe.renamed]
    if renamed:
        yield warn("GitHub names", _some(renamed), "Write the new name first in the catalogue, the old one after it.")
    if missing:
        yield warn("GitHub names", _some([str(error) for error in missing.values()]), "Each is told again by its run.")
    if probes and not renamed and not missing:
        yield ok("GitHub names", f"all {len(probes):,} repositories of the catalogue are there")


def _some(texts: list[str]) -> str:
    more = f"; and {len(texts) - MOST_NAMED} more" if len(texts) > MOST_NAMED else ""
    return "; ".join(texts[:MOST_NAMED]) + more
