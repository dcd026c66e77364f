/*+++
title = "Batches of the lake"
description = "One row a batch as it was first written, whatever a compaction did with it since."
[columns]
batch = "ULID; also in each row's _batch."
source = "System of origin: git, github, huggingface, openrouter."
stream = "What its rows are."
subject = "What was asked for."
fetched_at = "Time of the fetch."
listing = "The fetch that it is a part of."
complete = "Whether it ends a fetch that brought all it was asked for."
status = "ok, incomplete, failed or skipped."
reason = "What is missing and why."
rows = "Rows in it."
+++*/
CREATE OR REPLACE TABLE ops.batch AS
SELECT batch, source, stream, subject, fetched_at, listing, complete, status, reason, row_count AS rows
FROM input_batch
ORDER BY fetched_at, batch;
