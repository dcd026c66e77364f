/*+++
title = "Which account an e-mail belongs to"
description = "One row an e-mail, with the account to which GitHub last assigned a commit written with it."
streams = ["github/accounts"]
[columns]
email_key = "email:<keyed hash>."
account_key = "account:<id>."
fetched_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.account_email (
    email_key VARCHAR NOT NULL,
    account_key VARCHAR NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.account_email AS old
USING (
    SELECT email_key, account_key, _fetched_at AS fetched_at, _batch AS version
    FROM new_github_accounts
    WHERE email_key IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY email_key ORDER BY _fetched_at DESC, _batch DESC, account_key) = 1
) AS new
ON old.email_key = new.email_key
WHEN MATCHED AND (new.fetched_at, new.version) > (old.fetched_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
