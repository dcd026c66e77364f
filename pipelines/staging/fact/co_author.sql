/*+++
title = "Co-authors who turned out to be somebody else"
description = "One row a key of a Co-authored-by trailer that means a person under another key."
[columns]
source_key = "The key as the trailer gave it."
person_id = "The person it means."
+++*/
CREATE OR REPLACE TABLE fact.co_author AS
SELECT identity.source_key, identity.person_id
FROM staging.identity AS identity
SEMI JOIN (SELECT unnest(co_author_keys) AS source_key FROM fact.commit) AS named ON named.source_key = identity.source_key
WHERE identity.person_id <> identity.source_key
ORDER BY identity.source_key;
