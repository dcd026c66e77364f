-- The door between the rooms: the tables that a metric may read, and no others.
-- The warehouse fills them; tests and benchmarks create them empty with `metrics.create_inputs()`.
-- Times are TIMESTAMPTZ, days DATE, ids VARCHAR.

CREATE SCHEMA IF NOT EXISTS catalogue;
CREATE SCHEMA IF NOT EXISTS staging;
CREATE SCHEMA IF NOT EXISTS ops;

CREATE TABLE catalogue.entity (entity_id VARCHAR, kind VARCHAR, label VARCHAR, parent VARCHAR);

-- One row per entity and subject; a subject is a repository_id, a model_id, `openrouter:<model>` or `hf-org:<organisation>`. [valid_from, valid_to), NULL = unbounded.
CREATE TABLE catalogue.membership (entity_id VARCHAR, subject_id VARCHAR, valid_from DATE, valid_to DATE);

-- Months; period_end is the first day of the next one.
CREATE TABLE catalogue.calendar (period DATE, period_end DATE);

-- One row per catalogued subject and stream; observed_until NULL = never observed. known_from: since when it is known, NULL =
-- from its beginning; older_total: those GitHub counts from before; difference: counted less held of what can be held now.
CREATE TABLE ops.coverage (
    subject_id VARCHAR, source VARCHAR, stream VARCHAR, observed_from TIMESTAMPTZ, observed_until TIMESTAMPTZ,
    status VARCHAR, reason VARCHAR, row_count BIGINT, quarantined BIGINT, known_from TIMESTAMPTZ, older_total BIGINT,
    difference BIGINT
);

-- subjects: catalogued for the stream; observed: those ever observed; observed_until: the earliest among the observed;
-- differing: how many more or fewer of them are held than GitHub counts.
CREATE TABLE ops.entity_coverage (
    entity_id VARCHAR, source VARCHAR, stream VARCHAR, subjects BIGINT, observed BIGINT, observed_until TIMESTAMPTZ,
    differing BIGINT
);

-- kind: human, bot or agent; agent: its name; agent_since: its first public release.
CREATE TABLE staging.person (person_id VARCHAR, kind VARCHAR, agent VARCHAR, agent_since DATE, rule VARCHAR);

-- Where people work; a person's periods [valid_from, valid_to) do not overlap, NULL = unbounded. basis: 'e-mail' or 'profile'.
CREATE TABLE staging.affiliation (
    person_id VARCHAR, organization VARCHAR, valid_from DATE, valid_to DATE, basis VARCHAR
);

-- kind: commit, issue, issue_comment, change_request, change_request_comment, review, discussion, discussion_comment.
CREATE TABLE staging.contribution (person_id VARCHAR, subject_id VARCHAR, kind VARCHAR, occurred_at TIMESTAMPTZ);

-- observed_on: the day on which GitHub told created_at and license_spdx; NULL: not asked.
CREATE TABLE staging.repository (
    repository_id VARCHAR, full_name VARCHAR, identity_origin VARCHAR, database_id BIGINT, created_at TIMESTAMPTZ,
    license_spdx VARCHAR, observed_on DATE
);

-- Reachable from HEAD; strange_date: authored before 2005 or after the fetch.
CREATE TABLE staging.commit (
    repository_id VARCHAR, sha VARCHAR, author_id VARCHAR, authored_at TIMESTAMPTZ, utc_offset_minutes INTEGER,
    committed_at TIMESTAMPTZ, is_merge BOOLEAN, co_author_ids VARCHAR[], strange_date BOOLEAN
);

CREATE TABLE staging.repository_snapshot (
    repository_id VARCHAR, day DATE, stars BIGINT, forks BIGINT, open_issues BIGINT, origin VARCHAR,
    stars_spread BIGINT, forks_spread BIGINT
);

-- closed_at and closed_by_id: of the first close; reopened: it was opened again since. A NULL person is a deleted account.
CREATE TABLE staging.issue (
    issue_id VARCHAR, repository_id VARCHAR, number BIGINT, author_id VARCHAR, author_association VARCHAR,
    created_at TIMESTAMPTZ, closed_at TIMESTAMPTZ, closed_by_id VARCHAR, reopened BOOLEAN, state_reason VARCHAR
);

-- The stretches in which an issue was open, in order: from its opening or a reopening to a closing; NULL: it still is.
CREATE TABLE staging.issue_state (issue_id VARCHAR, opened_at TIMESTAMPTZ, closed_at TIMESTAMPTZ);

-- Every comment and the first close by anybody, the author and bots included. kind: 'comment' or 'close'.
CREATE TABLE staging.issue_response (issue_id VARCHAR, person_id VARCHAR, responded_at TIMESTAMPTZ, kind VARCHAR);

-- ready_at: created_at unless it began as a draft; NULL while it is one.
CREATE TABLE staging.pull_request (
    pull_request_id VARCHAR, repository_id VARCHAR, number BIGINT, author_id VARCHAR, author_association VARCHAR,
    created_at TIMESTAMPTZ, ready_at TIMESTAMPTZ, is_draft BOOLEAN, merged_at TIMESTAMPTZ, closed_at TIMESTAMPTZ,
    closed_by_id VARCHAR, head_repository_id VARCHAR
);

-- kind: 'review', 'comment', 'close' or 'merge', by anybody; state: of a review.
CREATE TABLE staging.review (
    pull_request_id VARCHAR, person_id VARCHAR, reviewed_at TIMESTAMPTZ, kind VARCHAR, state VARCHAR
);

-- Direct forks that still exist; pushed_at: the last push, which is of before the fork if nothing was pushed to it.
CREATE TABLE staging.fork (
    repository_id VARCHAR, fork_id VARCHAR, owner_id VARCHAR, created_at TIMESTAMPTZ, pushed_at TIMESTAMPTZ
);

-- Stars that are still given.
CREATE TABLE staging.star (repository_id VARCHAR, person_id VARCHAR, starred_at TIMESTAMPTZ);

-- Published ones.
CREATE TABLE staging.release (
    release_id VARCHAR, repository_id VARCHAR, tag VARCHAR, published_at TIMESTAMPTZ, prerelease BOOLEAN,
    author_id VARCHAR
);

-- Of repositories and of Hub models, whose pull requests are among them; observed_until: of the Hub's, up to when each is known.
CREATE TABLE staging.discussion (
    discussion_id VARCHAR, subject_id VARCHAR, number BIGINT, author_id VARCHAR, created_at TIMESTAMPTZ,
    closed_at TIMESTAMPTZ, closed_by_id VARCHAR, is_pull_request BOOLEAN, observed_until TIMESTAMPTZ
);

-- Every comment by anybody; opening texts are none.
CREATE TABLE staging.discussion_response (
    discussion_id VARCHAR, person_id VARCHAR, responded_at TIMESTAMPTZ, kind VARCHAR
);

-- formats: safetensors, gguf, pickle, onnx, …; NULL: not told.
CREATE TABLE staging.model (
    model_id VARCHAR, name VARCHAR, organization VARCHAR, created_at TIMESTAMPTZ, license VARCHAR, model_type VARCHAR,
    parameters BIGINT, identity_origin VARCHAR, formats VARCHAR[]
);

-- license: as told of a model or repository; class: osi, open, restricted, non-commercial or unknown.
CREATE TABLE staging.license (license VARCHAR, class VARCHAR, source VARCHAR);

-- One look at a repository; advisories: published ones, NULL where they could not be asked for.
CREATE TABLE staging.community_profile (
    repository_id VARCHAR, day DATE, readme BOOLEAN, license BOOLEAN, code_of_conduct BOOLEAN, contributing BOOLEAN,
    security_policy BOOLEAN, issue_templates BOOLEAN, pull_request_templates BOOLEAN, advisories BIGINT
);

-- fixed_at: NULL where no fixed version was named.
CREATE TABLE staging.security_advisory (
    advisory_id VARCHAR, repository_id VARCHAR, severity VARCHAR, reported_at TIMESTAMPTZ, published_at TIMESTAMPTZ,
    fixed_at TIMESTAMPTZ
);

-- Observed days only; a count that the Hub did not tell is NULL.
CREATE TABLE staging.model_snapshot (
    model_id VARCHAR, day DATE, downloads BIGINT, downloads_all_time BIGINT, likes BIGINT, trending_score DOUBLE,
    gone BOOLEAN, downloads_mark VARCHAR, all_time_mark VARCHAR
);

-- One row per model, parent, relation and root; share: the fraction of a merge.
CREATE TABLE staging.model_lineage (
    model_id VARCHAR, parent_id VARCHAR, relation VARCHAR, root_id VARCHAR, share DOUBLE
);

-- The whole Hub by organisation, on each day of which a Hub-wide listing was read; empty without one.
CREATE TABLE staging.hub_total (
    day DATE, organization VARCHAR, models BIGINT, derivatives BIGINT, downloads BIGINT, downloads_all_time BIGINT,
    likes BIGINT
);

-- Derivatives of the newest Hub-wide listing, by the month in which they were created; period: NULL where not told.
CREATE TABLE staging.hub_derivative (
    period DATE, relation VARCHAR, root_id VARCHAR, derivatives DECIMAL(28, 12), day DATE
);

-- The 50 most used models of each day on OpenRouter, and one row `other` for the rest; a day without rows was not told.
CREATE TABLE staging.token_usage (
    day DATE, model VARCHAR, tokens BIGINT, is_other BOOLEAN, subject_id VARCHAR
);

-- The Hub's most trending models of each day that was observed; rank 1 trends most.
CREATE TABLE staging.trending (day DATE, rank BIGINT, model_id VARCHAR, trending_score DOUBLE);

-- Each model that ever trended, with itself and all that it derives from.
CREATE TABLE staging.trending_ancestor (model_id VARCHAR, ancestor_id VARCHAR);

-- Spaces that use a model; gone_day: a whole listing no longer showed it.
CREATE TABLE staging.space_model (
    space_id VARCHAR, model_id VARCHAR, created_at TIMESTAMPTZ, first_day DATE, gone_day DATE
);
