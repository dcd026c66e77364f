/*+++
title = "Derivatives on the whole Hub by month, relation and root"
description = """How many models of the newest Hub-wide listing go back to which root, by the month in which they were created: what shares of
all derivatives are shares of. Only what still existed on the day of the listing is in it."""
[columns]
period = "First day of the month (UTC) in which the derivatives were created; NULL where that was not told."
relation = "finetune, adapter, quantized, merge, or unspecified."
root_id = "The root; it need not be on the Hub any more."
derivatives = "Their number; a model with several roots counts for each by its share."
day = "The day of the listing."
+++*/
CREATE OR REPLACE TABLE staging.hub_derivative AS
SELECT
    date_trunc('month', model.created_at AT TIME ZONE 'UTC')::DATE AS period,
    lineage.relation,
    lineage.root_id,
    sum(lineage.share::DECIMAL(18, 12))::DECIMAL(28, 12) AS derivatives,
    model.day
FROM staging.hub_lineage AS lineage
INNER JOIN fact.hub_model AS model ON model.model_id = lineage.model_id
GROUP BY ALL
ORDER BY ALL;
