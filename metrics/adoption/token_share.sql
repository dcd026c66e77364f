/*+++
title = "Share of tokens"
question = "Which part of what is used on OpenRouter is its models'?"
unit = "share of tokens"
definition = """
Tokens of the entity's models on OpenRouter in the week (Monday to Sunday, UTC; `period` is the Monday), divided by all
tokens of the same days, those of the row `other` included: OpenRouter tells the 50 most used models of each day, and
all the others as one row. A week in which none of the entity's models was among the 50 is unknown, not zero: they may
be in `other`. Days that were not told are left out of both; the flag tells the part of the week that was told. `n` is
the number of days told. Which models are whose is catalogued (`openrouter = […]`), never guessed from a name.
"""
source = "OpenRouter (openrouter.ai/rankings), data API rankings-daily, CC-BY-4.0: https://openrouter.ai/docs/api-reference"
caveats = [
  "A lower bound: what models below the first 50 were used for is in `other`.",
  "Each provider counts tokens by its own tokenizer, so that the same text is more tokens with one than with another.",
  "OpenRouter's users are not the world: what is used through a provider's own service or at home is not seen.",
  "It weighs by tokens: one agent that reads whole repositories counts for many people who ask questions.",
]

[checks]
"a period is a Monday" = "SELECT entity_id, period FROM metrics.token_share WHERE date_trunc('week', period) <> period"
"shares of a kind are at most 1 together" = """
    SELECT e.kind, t.period, sum(CAST(t.value AS DECIMAL(18, 12))) AS total
    FROM metrics.token_share AS t
    JOIN catalogue.entity AS e ON e.entity_id = t.entity_id
    WHERE t.series = ''
    GROUP BY e.kind, t.period
    HAVING sum(CAST(t.value AS DECIMAL(18, 12))) > 1.000001"""
+++*/
SELECT
    entity_id,
    period,
    '' AS series,
    tokens / total AS value,
    days AS n,
    NULL AS low,
    NULL AS high,
    days = 7 AND tokens IS NOT NULL AS complete,
    CASE
        WHEN days = 0 THEN 'no day of the week was told'
        WHEN tokens IS NULL THEN 'none of its models among the most used'
    END AS reason,
    CASE WHEN tokens IS NOT NULL THEN metrics.remarks(metrics.small(tokens, days), metrics.coverage(days / 7), NULL, NULL) END AS flag
FROM metrics.token_weeks()
