/*+++
title = "Where people work"
description = """A person's organisation at each time, as far as it shows: by the domain of the e-mails that commits were written with, and by
the company that the GitHub profile names. It holds from the day on which it first shows to the day on which another does.
Of the time before a profile was first looked up nothing better is known than what it said then. What the installation's
people.toml declares of a time wins over both. Periods of a person do not
overlap; no row means not known."""
[columns]
person_id = "The person (staging.person)."
organization = "A name of organizations.toml, else the domain, else the company as written, in lower case."
valid_from = "First day (NULL: as far back as is known)."
valid_to = "First day on which it no longer holds (NULL: still)."
basis = "How it was first shown: e-mail, profile or declared (people.toml)."
[checks]
"periods of a person do not overlap" = """
SELECT a.person_id
FROM staging.affiliation AS a
INNER JOIN staging.affiliation AS b
    ON b.person_id = a.person_id
    AND (b.valid_from, b.organization) IS DISTINCT FROM (a.valid_from, a.organization)
    AND coalesce(b.valid_from < a.valid_to, TRUE)
    AND coalesce(a.valid_from < b.valid_to, TRUE)"""
+++*/
CREATE OR REPLACE TABLE staging.affiliation AS
WITH mailed AS (
    SELECT author.person_id, fact.day, coalesce(known.organization, fact.author_domain) AS organization
    FROM (
        SELECT author_key, author_domain, (authored_at AT TIME ZONE 'UTC')::DATE AS day, count(*) AS commits
        FROM fact.commit
        WHERE author_domain IS NOT NULL AND NOT strange_date
        GROUP BY ALL
    ) AS fact
    INNER JOIN staging.identity AS author ON author.source_key = fact.author_key
    LEFT JOIN input_organization AS known ON known.source_key = 'domain:' || fact.author_domain
    -- a mail provider is known, as nobody's organisation
    WHERE known.source_key IS NULL OR known.organization IS NOT NULL
    GROUP BY author.person_id, fact.day, coalesce(known.organization, fact.author_domain)
    QUALIFY row_number() OVER (PARTITION BY author.person_id, fact.day ORDER BY sum(fact.commits) DESC, coalesce(known.organization, fact.author_domain)) = 1
),
company_named AS (
    SELECT
        account_key,
        day,
        -- of "@one @two" the first counts; "One, Inc." is "one"
        CASE
            WHEN company LIKE '@%' THEN lower(regexp_extract(company, '^@([A-Za-z0-9-]+)', 1))
            ELSE regexp_replace(
                lower(trim(company)),
                '([\s,.]+(inc|incorporated|ltd|limited|llc|gmbh|corp|corporation|co|company|s\.?a|ag|plc|b\.?v|pty))+\.?$',
                ''
            )
        END AS company
    FROM fact.account
),
profile AS (
    SELECT
        person.person_id,
        told.day,
        CASE WHEN known.source_key IS NULL THEN nullif(told.company, '') ELSE known.organization END AS organization
    FROM company_named AS told
    INNER JOIN staging.identity AS person ON person.source_key = told.account_key
    LEFT JOIN input_organization AS known ON known.source_key = 'name:' || told.company
    QUALIFY row_number() OVER (PARTITION BY person.person_id, told.day ORDER BY told.account_key, organization) = 1
),
-- a profile tells something on the days on which it has changed
changed AS (
    SELECT *
    FROM profile
    QUALIFY organization IS DISTINCT FROM lag(organization) OVER (PARTITION BY person_id ORDER BY day)
),
evidence AS (
    SELECT person_id, day, organization, 'e-mail' AS basis FROM mailed
    UNION ALL
    SELECT changed.person_id, changed.day, changed.organization, 'profile'
    FROM changed
    ANTI JOIN mailed ON mailed.person_id = changed.person_id AND mailed.day = changed.day
),
-- an emptied profile ends what a profile said, not what e-mails show
told AS (
    SELECT *
    FROM evidence
    QUALIFY organization IS NOT NULL OR lag(basis) OVER (PARTITION BY person_id ORDER BY day) = 'profile'
),
turn AS (
    SELECT *
    FROM told
    QUALIFY organization IS DISTINCT FROM lag(organization) OVER (PARTITION BY person_id ORDER BY day)
),
period AS (
    SELECT
        person_id,
        organization,
        CASE WHEN basis = 'e-mail' OR lag(day) OVER person IS NOT NULL THEN day END AS valid_from,
        lead(day) OVER person AS valid_to,
        basis
    FROM turn
    WINDOW person AS (PARTITION BY person_id ORDER BY day)
),
named AS (
    SELECT known.login_key AS source_key, min(person.person_id) AS person_id
    FROM fact.person_key AS known
    INNER JOIN staging.identity AS person ON person.source_key = known.source_key
    WHERE known.login_key IS NOT NULL
    GROUP BY known.login_key
    HAVING count(DISTINCT person.person_id) = 1
),
-- where two keys of one person are declared for the same time, what begins later counts from then on
declared AS (
    SELECT
        person_id,
        organization,
        valid_from,
        least(valid_to, lead(valid_from) OVER (PARTITION BY person_id ORDER BY valid_from NULLS FIRST)) AS valid_to
    FROM (
        SELECT coalesce(person.person_id, named.person_id) AS person_id, told.organization, told.valid_from, told.valid_to
        FROM input_affiliation AS told
        LEFT JOIN staging.identity AS person ON person.source_key = told.source_key
        LEFT JOIN named ON named.source_key = told.source_key
        WHERE coalesce(person.person_id, named.person_id) IS NOT NULL
        QUALIFY row_number() OVER (
            PARTITION BY coalesce(person.person_id, named.person_id), told.valid_from
            ORDER BY told.organization, told.valid_to NULLS LAST
        ) = 1
    ) AS each_from
),
-- the times of which nothing is declared
gap AS (
    SELECT person_id, NULL::DATE AS begins, min(valid_from) AS ends
    FROM declared
    GROUP BY person_id
    HAVING count(*) FILTER (WHERE valid_from IS NULL) = 0
    UNION ALL
    SELECT person_id, valid_to, lead(valid_from) OVER (PARTITION BY person_id ORDER BY valid_from NULLS FIRST)
    FROM declared
    QUALIFY valid_to IS NOT NULL
),
shown AS (
    SELECT period.person_id, period.organization, period.valid_from, period.valid_to, period.basis
    FROM period
    ANTI JOIN declared ON declared.person_id = period.person_id
    UNION ALL
    SELECT
        period.person_id,
        period.organization,
        greatest(period.valid_from, gap.begins),
        least(period.valid_to, gap.ends),
        period.basis
    FROM period
    INNER JOIN gap ON gap.person_id = period.person_id
    WHERE coalesce(greatest(period.valid_from, gap.begins) < least(period.valid_to, gap.ends), TRUE)
)
SELECT person_id, organization, valid_from, valid_to, basis
FROM shown
WHERE organization IS NOT NULL
UNION ALL
SELECT person_id, organization, valid_from, valid_to, 'declared' FROM declared
ORDER BY person_id, valid_from NULLS FIRST;
