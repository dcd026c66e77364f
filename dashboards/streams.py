"""The streams that the pages' facts come from: their names, and what each is. `chart` and `read` build on it."""

from __future__ import annotations

from dataclasses import dataclass

Stream = tuple[str, str]
"""Source and stream, as in ops.coverage."""

GIT: Stream = ("git", "commits")
MAILMAP: Stream = ("git", "mailmap")
AI_NOTES: Stream = ("git", "ai_notes")
COUNTERS: Stream = ("github", "counters")
HUB: Stream = ("huggingface", "models")
REPOSITORIES: Stream = ("github", "repositories")
ISSUES: Stream = ("github", "issues")
PULL_REQUESTS: Stream = ("github", "pull_requests")
FORKS: Stream = ("github", "forks")
STARGAZERS: Stream = ("github", "stargazers")
RELEASES: Stream = ("github", "releases")
DISCUSSIONS: Stream = ("github", "discussions")
COMMUNITY: Stream = ("github", "community")
ACCOUNTS: Stream = ("github", "accounts")
ADVISORIES: Stream = ("github", "advisories")
HUB_DISCUSSIONS: Stream = ("huggingface", "discussions")
SPACES: Stream = ("huggingface", "spaces")
TRENDING: Stream = ("huggingface", "trending")
WHOLE_HUB: Stream = ("huggingface", "hub_listing")
TOKENS: Stream = ("openrouter", "tokens")
PACKAGES: Stream = ("packages", "packages")


@dataclass(frozen=True)
class About:
    """What a stream is.

    Attributes:
        name: in tables and lists.
        facts: in a chart's source line.
        group: streams of one group are told as one where there is little room.
        service: what was asked; "the API of GitHub was not read".
    """

    name: str
    facts: str
    group: str
    service: str


_HUB_USE, _THE_HUB = "Hub discussions, Spaces, trending", "the Hugging Face Hub"
_IN_GIT = "Names and notes in git"
_API, _API_NAME = "GitHub's API", "GitHub API"

STREAMS: dict[Stream, About] = {
    GIT: About("Git histories", "commit histories of the catalogued git repositories", "Git histories", "git"),
    MAILMAP: About("Names in git", "the .mailmap of the catalogued git repositories", _IN_GIT, "git"),
    AI_NOTES: About("AI notes in git", "git notes on the use of AI", _IN_GIT, "git"),
    COUNTERS: About(
        "GitHub counters",
        "daily counters of the catalogued GitHub repositories",
        "GitHub counters",
        "the service that counts stars and forks",
    ),
    REPOSITORIES: About(
        "GitHub repositories", "GitHub's daily metadata of the catalogued repositories", _API_NAME, _API
    ),
    ISSUES: About("GitHub issues", "issues of the catalogued GitHub repositories with their comments", _API_NAME, _API),
    PULL_REQUESTS: About(
        "GitHub change requests",
        "change requests (pull requests) of the catalogued GitHub repositories with their reviews",
        _API_NAME,
        _API,
    ),
    FORKS: About("GitHub forks", "dated direct forks of the catalogued GitHub repositories", _API_NAME, _API),
    STARGAZERS: About("GitHub stars", "dated stars of the catalogued GitHub repositories", _API_NAME, _API),
    RELEASES: About("GitHub releases", "releases of the catalogued GitHub repositories", _API_NAME, _API),
    DISCUSSIONS: About("GitHub discussions", "discussions of the catalogued GitHub repositories", _API_NAME, _API),
    COMMUNITY: About(
        "GitHub policies", "policies and templates of the catalogued GitHub repositories", _API_NAME, _API
    ),
    ACCOUNTS: About(
        "GitHub accounts", "GitHub accounts of those who contributed, with the company they name", _API_NAME, _API
    ),
    HUB: About(
        "Hugging Face models",
        "daily listings of the catalogued organisations' models on the Hugging Face Hub",
        "Hugging Face models",
        "the Hugging Face Hub",
    ),
    ADVISORIES: About(
        "GitHub advisories", "security advisories of the catalogued GitHub repositories", _API_NAME, _API
    ),
    HUB_DISCUSSIONS: About("Hub discussions", "discussions of models on the Hugging Face Hub", _HUB_USE, _THE_HUB),
    SPACES: About("Hub Spaces", "Spaces on the Hugging Face Hub that use the models", _HUB_USE, _THE_HUB),
    TRENDING: About("Hub trending", "what trends on the Hugging Face Hub, day by day", _HUB_USE, _THE_HUB),
    WHOLE_HUB: About(
        "Listing of the whole Hub",
        "a listing of all models on the Hugging Face Hub",
        "Listing of the whole Hub",
        _THE_HUB,
    ),
    TOKENS: About("OpenRouter tokens", "weekly tokens by model on OpenRouter", "OpenRouter", "OpenRouter"),
    PACKAGES: About(
        "Packages",
        "daily counts of the catalogued repositories' packages, from ecosyste.ms (CC BY-SA 4.0)",
        "Packages",
        "ecosyste.ms",
    ),
}


def about(stream: Stream) -> About:
    """What a stream is; of one that no page knows, its own name."""
    own = " ".join(stream)
    return STREAMS.get(stream) or About(own, f"the stream {own}", own, own)
