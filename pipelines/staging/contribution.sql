/*+++
title = "Contributions of every kind that counts"
description = "One row for each thing that a person did. Commits count for their author and for their co-authors' agents apart; strange dates are left out."
[columns]
person_id = "Who (staging.person); all kinds of people: filter by staging.person.kind."
subject_id = "Where: the repository_id or model_id."
kind = "What: commit."
occurred_at = "When."
+++*/
CREATE OR REPLACE VIEW staging.contribution AS
SELECT author_id AS person_id, repository_id AS subject_id, 'commit' AS kind, authored_at AS occurred_at
FROM staging.commit
WHERE author_id IS NOT NULL AND NOT strange_date;
