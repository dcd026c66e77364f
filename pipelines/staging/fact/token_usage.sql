/*+++
title = "Tokens as told"
description = "One row a day and model of OpenRouter's rankings, as it was told last; what an older telling of the day had besides is kept."
streams = ["openrouter/tokens"]
[columns]
day = "The UTC day."
model = "author/model as OpenRouter has it, or other."
tokens = "Tokens, each provider's own."
is_other = "All models below the first 50 together."
origin = "api or file."
as_of = "Up to when the answer counts; NULL where it did not say."
fetched_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.token_usage (
    day DATE NOT NULL,
    model VARCHAR NOT NULL,
    tokens BIGINT NOT NULL,
    is_other BOOLEAN NOT NULL,
    origin VARCHAR NOT NULL,
    as_of TIMESTAMPTZ,
    fetched_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.token_usage AS old
USING (
    SELECT day, model, tokens, is_other, origin, as_of, _fetched_at AS fetched_at, _batch AS version
    FROM new_openrouter_tokens
    QUALIFY row_number() OVER (PARTITION BY day, model ORDER BY _fetched_at DESC, _batch DESC, tokens DESC) = 1
) AS new
ON old.day = new.day AND old.model = new.model
WHEN MATCHED AND (new.fetched_at, new.version) > (old.fetched_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
