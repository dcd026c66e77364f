/*+++
title = "Accounts on GitHub"
description = "One row an account that contributed, as it was told last."
[columns]
person_id = "The person: account:<id>."
login = "Its login."
type = "User, Bot, Organization, Mannequin or EnterpriseUserAccount; NULL where only git told of it."
company = "What its profile names as company; NULL where it names none or was not looked up."
created_at = "When it was created; NULL where it was not looked up."
looked_up_on = "The day on which its profile was looked up last; NULL: never."
+++*/
CREATE OR REPLACE TABLE staging.account AS
WITH profile AS (
    SELECT account_key, company, created_at, day
    FROM fact.account
    QUALIFY row_number() OVER (PARTITION BY account_key ORDER BY day DESC) = 1
)
SELECT
    called.source_key AS person_id,
    called.login,
    called.type,
    profile.company,
    profile.created_at,
    profile.day AS looked_up_on
FROM fact.person_key AS called
LEFT JOIN profile ON profile.account_key = called.source_key
WHERE called.source_key LIKE 'account:%'
QUALIFY row_number() OVER (
    PARTITION BY called.source_key ORDER BY called.told_at DESC NULLS LAST, called.login, called.type NULLS LAST
) = 1
ORDER BY 1;
