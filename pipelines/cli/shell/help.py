"""What `ecotone --help` says beside the list of its commands."""

from __future__ import annotations

ABOUT = """Measures the health of open-source AI communities on GitHub and the Hugging
Face Hub, and compares ecosystems.

Begin with
  ecotone demo   a simulated world, in under a minute: no network, no account
  ecotone run    the real one; then open data/site/index.html
  ecotone sql    ask the published file
"""

# Name → what it is, with its default; `ecotone doctor` shows what is in effect.
VARIABLES = {
    "ECOTONE_HOME": "folder of the installation; default: data",
    "ECOTONE_CATALOGUE": "the catalogue; default: the project's ecosystems.toml",
    "ECOTONE_GIT_URL": "template with {full_name}; default: https://github.com/…",
    "ECOTONE_GIT_SECONDS": "most that one history may take in all; default: 1800",
    "ECOTONE_RANKINGS": 'CSV or folder of rankings (stars, forks), or "clone"',
    "ECOTONE_HUB_LISTING": "Parquet listing of the whole Hub; default: not read",
    "ECOTONE_RECORDED": "what a recording holds; `ecotone replay` sets it",
    "ECOTONE_NOW": "the clock, e.g. 2026-08-22T12:00Z; default: the real one",
    "HF_ENDPOINT": "the Hub; default: https://huggingface.co",
    "HF_TOKEN": "raises the Hub's limits; default: read anonymously",
    "GITHUB_TOKEN": "for sources that read GitHub's API; without, skipped",
    "GITHUB_TOKENS": "more of them, comma separated, of other accounts",
    "ECOTONE_GITHUB_APP_ID": "a GitHub App, instead of tokens or beside them",
    "ECOTONE_GITHUB_APP_KEY": "its private key (PEM text)",
    "ECOTONE_GITHUB_APP_KEY_PATH": "or the .pem file that holds it",
    "ECOTONE_GITHUB_URL": "GitHub's API; default: https://api.github.com",
    "ECOTONE_GITHUB_BUDGET": "points that a run may spend; default: GitHub's",
    "ECOTONE_HORIZON_MONTHS": "months of GitHub before older years; default: 24",
    "ECOTONE_OLD_STARS": "1: dated stars from before that, too",
    "OPENROUTER_API_KEY": "for tokens used on OpenRouter; without, skipped",
    "ECOTONE_OPENROUTER_FILE": "recorded CSV of them, or a folder of such",
    "ECOTONE_OPENROUTER_URL": "OpenRouter; default: https://openrouter.ai",
    "ECOTONE_PACKAGES_URL": "package counts; default: https://packages.ecosyste.ms; or off",
    "ECOTONE_PACKAGES_FILE": "folder of recorded look-ups instead",
    "ECOTONE_CA_BUNDLE": "certificate authorities; else SSL_CERT_FILE and its like",
    "ECOTONE_CONTACT": "e-mail or page that its requests name; default: none",
}
_WIDTH = max(map(len, VARIABLES)) + 2
SETTINGS = "\n".join(
    [
        "Settings (environment variables; `ecotone doctor` shows those in effect)",
        *(f"  {name:<{_WIDTH}}{text}" for name, text in VARIABLES.items()),
        "",
        "Exit codes: 0 well; 1 failed; 2 wrong settings or arguments; 3 a part failed,",
        "the rest is published; 130 stopped by Ctrl-C.",
    ],
)
