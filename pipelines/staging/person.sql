/*+++
title = "People, bots and AI agents"
description = """Everyone who wrote or co-wrote something. Bots and agents are told apart by curated rules, never by a display
name; everybody else is human."""
[columns]
person_id = "account:<GitHub id> where one is known, else login:<login>, else email:<keyed hash>."
kind = "human, bot or agent."
agent = "Which AI coding agent; NULL for humans and bots."
agent_since = "First public release of that agent: its rule counts from then on."
rule = "The rule that told so (pipelines/staging/people_rules.toml); NULL for humans."
+++*/
CREATE OR REPLACE TABLE staging.person AS
WITH keys AS (
    SELECT person_id, source_key FROM staging.identity WHERE person_id IS NOT NULL
    UNION
    SELECT identity.person_id, 'login:' || lower(fact.author_login)
    FROM fact.commit AS fact
    INNER JOIN staging.identity AS identity ON identity.source_key = fact.author_key
    WHERE fact.author_login IS NOT NULL
),
ruled AS (
    SELECT keys.person_id, rule.kind, rule.agent, rule.since, rule.rule_id, 1 AS rank
    FROM keys INNER JOIN input_rule AS rule ON rule.source_key = keys.source_key
    UNION ALL
    -- GitHub gives every App a login that ends so, and lets no account choose one
    SELECT person_id, 'bot', NULL, NULL, 'github-app', 2 FROM keys WHERE source_key LIKE 'login:%[bot]'
)
SELECT
    person.person_id,
    coalesce(ruled.kind, 'human') AS kind,
    ruled.agent,
    ruled.since AS agent_since,
    ruled.rule_id AS rule
FROM (SELECT DISTINCT person_id FROM keys) AS person
LEFT JOIN ruled ON ruled.person_id = person.person_id
QUALIFY row_number() OVER (PARTITION BY person.person_id ORDER BY ruled.rank, ruled.kind, ruled.rule_id) = 1
ORDER BY person.person_id;
