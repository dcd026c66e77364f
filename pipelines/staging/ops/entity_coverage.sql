/*+++
title = "How much of an entity was observed"
description = "One row for each entity and stream: metrics take from it whether a month is complete."
[columns]
entity_id = "The entity."
source = "System of origin."
stream = "What is fetched."
subjects = "Catalogued subjects of the entity in this stream."
observed = "Those of them that have been observed."
observed_until = "Time up to which all observed ones are known."
known_from = "Time since when all observed ones are known; NULL: from their beginnings."
differing = "How many more or fewer are held of them than GitHub counts: some are gone, and it is not known yet which."
+++*/
CREATE OR REPLACE TABLE ops.entity_coverage AS
SELECT
    expected.entity_id,
    expected.source,
    expected.stream,
    count(*) AS subjects,
    count(coverage.observed_until) AS observed,
    min(coverage.observed_until) AS observed_until,
    max(coverage.known_from) AS known_from,
    coalesce(sum(abs(coverage.difference)) FILTER (coverage.source = 'github'), 0)::BIGINT AS differing
FROM (
    SELECT DISTINCT input.entity_id, coalesce(key.repository_id, input.subject_id) AS subject_id, input.source, input.stream
    FROM input_expected AS input
    LEFT JOIN fact.repository_key AS key ON key.source_key = input.subject_id
) AS expected
INNER JOIN ops.coverage AS coverage USING (subject_id, source, stream)
GROUP BY expected.entity_id, expected.source, expected.stream
ORDER BY expected.entity_id, expected.source, expected.stream;
