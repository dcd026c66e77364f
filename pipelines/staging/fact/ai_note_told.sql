/*+++
title = "Notes of AI use as fetched"
description = "One row a repository and commit that git-ai wrote a note of in refs/notes/ai, as it was told last."
streams = ["git/ai_notes"]
[columns]
repository_key = "The repository as asked for: github:<owner/name>."
sha = "git's object id of the commit; empty: only that all notes were told."
findings = "Kind note, with the tool and the model that the note names."
listing = "The newest telling of the notes that holds it."
+++*/
CREATE TABLE IF NOT EXISTS fact.ai_note_told (
    repository_key VARCHAR NOT NULL,
    sha VARCHAR NOT NULL,
    findings STRUCT(kind VARCHAR, tool VARCHAR, model VARCHAR)[] NOT NULL,
    listing INTEGER NOT NULL
);

MERGE INTO fact.ai_note_told AS old
USING (
    SELECT _subject AS repository_key, sha, findings, listing
    FROM new_git_ai_notes
    QUALIFY row_number() OVER (PARTITION BY _subject, sha ORDER BY listing DESC, _fetched_at DESC, _batch DESC) = 1
) AS new
ON old.repository_key = new.repository_key AND old.sha = new.sha
WHEN MATCHED AND new.listing > old.listing THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
