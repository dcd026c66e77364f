/*+++
title = "The last complete pass over each listing"
description = """What was told last before it began, it did not show: that is gone. On the absence from an incomplete pass nothing is called
gone. What was told while a pass went on is there, whether the pass had come by already or not."""
[columns]
repository_key = "The repository as asked for: github:<owner/name>."
stream = "Which listing."
pass = "Number of the last full pass that was completed."
began = "When it began."
+++*/
CREATE OR REPLACE TABLE fact.complete_pass AS
WITH walked AS (
    SELECT key.subject_id, input.stream, input.number, input.began
    FROM input_pass AS input
    INNER JOIN fact.repository_key AS key ON key.source_key = input.subject
    WHERE input.source = 'github'
),
passed AS (
    SELECT subject_id, stream, number AS pass, min(began) AS began
    FROM walked
    GROUP BY subject_id, stream, number
    QUALIFY row_number() OVER (PARTITION BY subject_id, stream ORDER BY number DESC) = 1
)
SELECT key.source_key AS repository_key, passed.stream, passed.pass, passed.began
FROM passed
INNER JOIN fact.repository_key AS key ON key.subject_id = passed.subject_id
ORDER BY 1, 2;
