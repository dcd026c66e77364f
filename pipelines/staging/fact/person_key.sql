/*+++
title = "Keys of people, with what they were called"
description = """One row for each key, login and type under which somebody who contributed was told. Whoever only starred or forked is not
among them: an account's key is its own person."""
[columns]
source_key = "account:<id>, login:<login>, email:<keyed hash>, or hf-user:<id on the Hub, or name there>."
login_key = "login:<login in lower case>, with [bot] behind it if it is an App's; hf-login:<name in lower case> on the Hub; NULL where no login was told."
login = "The login as written; NULL where none was told."
type = "User, Bot, Organization, Mannequin or EnterpriseUserAccount; NULL where not told."
told_at = "When it was told last; NULL by git, which tells no times of its own."
+++*/
CREATE OR REPLACE TABLE fact.person_key AS
WITH told AS (
    SELECT author_key AS source_key, author_login AS login, NULL AS type, NULL::TIMESTAMPTZ AS told_at FROM fact.commit
    UNION ALL
    SELECT unnest(co_author_keys), unnest(co_author_logins), NULL, NULL FROM fact.commit
    UNION ALL
    SELECT author_key, author_login, author_type, fetched_at FROM fact.issue
    UNION ALL
    SELECT closed_by_key, closed_by_login, closed_by_type, fetched_at FROM fact.issue
    UNION ALL
    SELECT author_key, author_login, author_type, fetched_at FROM fact.issue_comment
    UNION ALL
    SELECT author_key, author_login, author_type, fetched_at FROM fact.pull_request
    UNION ALL
    SELECT closed_by_key, closed_by_login, closed_by_type, fetched_at FROM fact.pull_request
    UNION ALL
    SELECT merged_by_key, merged_by_login, merged_by_type, fetched_at FROM fact.pull_request
    UNION ALL
    SELECT author_key, author_login, author_type, fetched_at FROM fact.pull_request_comment
    UNION ALL
    SELECT author_key, author_login, author_type, fetched_at FROM fact.review
    UNION ALL
    SELECT author_key, author_login, author_type, fetched_at FROM fact.discussion
    UNION ALL
    SELECT author_key, author_login, author_type, fetched_at FROM fact.discussion_comment
    UNION ALL
    SELECT author_key, author_login, author_type, fetched_at FROM fact.release
    UNION ALL
    SELECT account_key, account_login, account_type, fetched_at FROM fact.account
    UNION ALL
    SELECT author_key, author_login, author_type, fetched_at FROM fact.hub_discussion
    UNION ALL
    SELECT closed_by_key, closed_by_login, closed_by_type, fetched_at FROM fact.hub_discussion
    UNION ALL
    SELECT author_key, author_login, author_type, fetched_at FROM fact.hub_discussion_comment
)
SELECT
    source_key,
    -- a name on the Hub is nobody's on GitHub; GraphQL gives an App's login without the ending that tells it from a person's
    CASE WHEN source_key LIKE 'hf-user:%' THEN 'hf-login:' ELSE 'login:' END || lower(login) || CASE WHEN type = 'Bot' AND login NOT LIKE '%[bot]' THEN '[bot]' ELSE '' END AS login_key,
    login,
    type,
    max(told_at) AS told_at
FROM told
WHERE source_key IS NOT NULL
GROUP BY ALL
ORDER BY ALL;
