/*+++
title = "What changed the state of change requests, as fetched"
description = "One row an event: ready, draft, closed, reopened, labeled or unlabeled; a batch of change requests brings them as a list. Of labels only those of a short list."
streams = ["github/pull_requests"]
[columns]
event_id = "GitHub's id of it."
pull_request_id = "What it happened to."
repository_key = "The repository as asked for: github:<owner/name>."
repository_id = "The repository: github:<database id>."
kind = "ready, draft, closed, reopened, labeled or unlabeled."
label = "bug, enhancement, question, good first issue, security or documentation; NULL where the event is about no label."
occurred_at = "When."
fetched_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.pull_request_event (
    event_id VARCHAR NOT NULL,
    pull_request_id VARCHAR NOT NULL,
    repository_key VARCHAR NOT NULL,
    repository_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    label VARCHAR,
    occurred_at TIMESTAMPTZ,
    fetched_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.pull_request_event AS old
USING (
    SELECT
        event.event_id AS event_id,
        pull_request_id,
        _subject AS repository_key,
        repository_id,
        event.kind AS kind,
        event.label AS label,
        event.occurred_at AS occurred_at,
        _fetched_at AS fetched_at,
        _batch AS version
    FROM (SELECT *, unnest(events) AS event FROM new_github_pull_requests)
    QUALIFY row_number() OVER (PARTITION BY event.event_id ORDER BY _fetched_at DESC, _batch DESC, pull_request_id) = 1
) AS new
ON old.event_id = new.event_id
WHEN MATCHED AND (new.fetched_at, new.version) > (old.fetched_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
