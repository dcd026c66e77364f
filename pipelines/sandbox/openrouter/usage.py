"""The simulated OpenRouter: tokens a day of the families' models, of closed ones of made-up authors, and its truth.

A model's tokens follow its downloads on the Hub, with chance of their own; data flows from here to `openrouter`, which
tells the 50 most used of each day as the real one does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pipelines.sandbox.cast import FAMILIES, Frame
from pipelines.sandbox.chance import Chance
from pipelines.sandbox.huggingface.days import downloads_until
from pipelines.sandbox.huggingface.families import UNFOLLOWED, Model
from pipelines.sandbox.openrouter.server import ranked
from pipelines.sandbox.times import midnight

DAYS = 180  # that it has told of
CLOSED = {"tidewater-works": 14, "greyfen-labs": 10, "oversedge": 6}  # authors whose models are not on the Hub
TOKENS_A_DOWNLOAD = 40_000
CLOSED_TOKENS = 2e9  # a day, of the most used of an author
DAY = timedelta(days=1)
Tokens = dict[date, dict[str, int]]


def plan_tokens(frame: Frame, models: Sequence[Model]) -> Tokens:
    """Tokens by day and model, all models included."""
    families = {plan.organization for plan in FAMILIES}
    own = [
        model
        for model in models
        if model.name.partition("/")[0] in families and model.model_type != UNFOLLOWED and model.bases
    ]
    chance = Chance(frame.seed, "tokens")
    found: Tokens = {}
    today = frame.now.date()
    for back in range(DAYS, 0, -1):
        day = today - back * DAY
        told: dict[str, int] = {}
        for model in own:
            if model.exists_on(day):
                start = midnight(day)
                mean = (downloads_until(model, start + DAY) - downloads_until(model, start)) * TOKENS_A_DOWNLOAD
                told[slug(model.name)] = 1 + round(mean * chance.lognormal(1.0, 0.2))
        for author, count in CLOSED.items():
            for number in range(count):
                told[f"{author}/model-{number + 1}"] = 1 + round(
                    CLOSED_TOKENS / (number + 1) * chance.lognormal(1.0, 0.1)
                )
        found[day] = told
    return found


def slug(name: str) -> str:
    """What a model of the Hub is called there."""
    return name.lower()


def of_tokens(tokens: Mapping[date, Mapping[str, int]]) -> dict[str, Any]:
    """The truth of it: by week (its Monday), tokens in all, and by author those of models that were told."""
    weeks: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    days: dict[str, int] = defaultdict(int)
    for day, told in tokens.items():
        monday = str(day - day.weekday() * DAY)
        days[monday] += 1
        for model, number in ranked(told):
            weeks[monday][model.partition("/")[0]] += number
    return {
        monday: {"days": days[monday], "total": sum(authors.values()), "authors": dict(sorted(authors.items()))}
        for monday, authors in sorted(weeks.items())
    }
