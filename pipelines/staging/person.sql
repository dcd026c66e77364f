/*+++
title = "People, bots and AI agents"
description = """Everyone who contributed. Bots and agents are told apart by the installation's people.toml, by curated rules (accounts,
logins, addresses, then patterns of logins such as `acme-ci-bot`), then by GitHub's own type of the account, never by a
display name; everybody else is human. Whoever only starred or forked has no row."""
[columns]
person_id = "account:<GitHub id> where one is known, else login:<login>, else email:<keyed hash>; hf-user:<id> on the Hub."
kind = "human, bot or agent."
agent = "Which AI coding agent; NULL for humans and bots."
agent_since = "First public release of that agent: its rule counts from then on."
rule = "The rule that told so (pipelines/staging/rules/machines.toml, or account-type); NULL where none did."
+++*/
CREATE OR REPLACE TABLE staging.person AS
WITH keys AS (
    SELECT person_id, source_key, NULL AS type FROM staging.identity WHERE person_id IS NOT NULL
    UNION
    SELECT identity.person_id, fact.login_key, fact.type
    FROM fact.person_key AS fact
    INNER JOIN staging.identity AS identity ON identity.source_key = fact.source_key
),
ruled AS (
    SELECT keys.person_id, rule.kind, rule.agent, rule.since, rule.rule_id, rule.rank
    FROM keys INNER JOIN input_rule AS rule ON rule.source_key = keys.source_key
    UNION ALL
    -- accounts that GitHub takes for people's, and that are called as only machines are
    SELECT keys.person_id, pattern.kind, pattern.agent, pattern.since, pattern.rule_id, pattern.rank
    FROM keys
    INNER JOIN input_login_pattern AS pattern
        ON regexp_full_match(regexp_extract(keys.source_key, '^(hf-)?login:(.*)$', 2), pattern.pattern)
    UNION ALL
    -- GitHub gives every App a login that ends so, and lets no account choose one
    SELECT person_id, 'bot', NULL, NULL, 'github-app', 4 FROM keys WHERE source_key LIKE 'login:%[bot]'
    UNION ALL
    SELECT person_id, 'bot', NULL, NULL, 'account-type', 5 FROM keys WHERE type = 'Bot'
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
