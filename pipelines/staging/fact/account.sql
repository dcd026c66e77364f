/*+++
title = "Accounts as GitHub describes them"
description = "One row an account and day, as it was told last."
streams = ["github/accounts"]
[columns]
account_key = "account:<id>."
day = "The day (UTC) on which it was looked up."
account_login = "Login on that day."
account_type = "User, Organization, Bot or Mannequin."
company = "What its profile names as company."
created_at = "When the account was created."
fetched_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.account (
    account_key VARCHAR NOT NULL,
    day DATE NOT NULL,
    account_login VARCHAR,
    account_type VARCHAR,
    company VARCHAR,
    created_at TIMESTAMPTZ,
    fetched_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.account AS old
USING (
    SELECT
        account_key,
        day,
        account_login,
        account_type,
        company,
        created_at,
        _fetched_at AS fetched_at,
        _batch AS version
    FROM new_github_accounts
    QUALIFY row_number() OVER (PARTITION BY account_key, day ORDER BY _fetched_at DESC, _batch DESC, account_login, company) = 1
) AS new
ON old.account_key = new.account_key AND old.day = new.day
WHEN MATCHED AND (new.fetched_at, new.version) > (old.fetched_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
