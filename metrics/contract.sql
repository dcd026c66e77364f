-- The door between the rooms: the tables that a metric may read, and no others.
-- The warehouse fills them; tests and benchmarks create them empty with `metrics.create_inputs()`.
-- Times are TIMESTAMPTZ, days DATE, ids VARCHAR.

CREATE SCHEMA IF NOT EXISTS catalogue;
CREATE SCHEMA IF NOT EXISTS staging;
CREATE SCHEMA IF NOT EXISTS ops;

CREATE TABLE catalogue.entity (entity_id VARCHAR, kind VARCHAR, label VARCHAR, parent VARCHAR);

-- One row per entity and subject; a subject is a repository_id, a model_id or `hf-org:<organisation>`. [valid_from, valid_to), NULL = unbounded.
CREATE TABLE catalogue.membership (entity_id VARCHAR, subject_id VARCHAR, valid_from DATE, valid_to DATE);

-- Months; period_end is the first day of the next one.
CREATE TABLE catalogue.calendar (period DATE, period_end DATE);

-- One row per catalogued subject and stream; observed_until NULL = never observed.
CREATE TABLE ops.coverage (
    subject_id VARCHAR, source VARCHAR, stream VARCHAR, observed_from TIMESTAMPTZ, observed_until TIMESTAMPTZ,
    status VARCHAR, reason VARCHAR, row_count BIGINT, quarantined BIGINT
);

-- subjects: catalogued for the stream; observed: those ever observed; observed_until: the earliest among the observed.
CREATE TABLE ops.entity_coverage (
    entity_id VARCHAR, source VARCHAR, stream VARCHAR, subjects BIGINT, observed BIGINT, observed_until TIMESTAMPTZ
);

-- kind: human, bot or agent; agent: its name; agent_since: its first public release.
CREATE TABLE staging.person (person_id VARCHAR, kind VARCHAR, agent VARCHAR, agent_since DATE, rule VARCHAR);

CREATE TABLE staging.contribution (person_id VARCHAR, subject_id VARCHAR, kind VARCHAR, occurred_at TIMESTAMPTZ);

CREATE TABLE staging.repository (repository_id VARCHAR, full_name VARCHAR, identity_origin VARCHAR);

-- Reachable from HEAD; strange_date: authored before 2005 or after the fetch.
CREATE TABLE staging.commit (
    repository_id VARCHAR, sha VARCHAR, author_id VARCHAR, authored_at TIMESTAMPTZ, utc_offset_minutes INTEGER,
    committed_at TIMESTAMPTZ, is_merge BOOLEAN, co_author_ids VARCHAR[], strange_date BOOLEAN
);

CREATE TABLE staging.repository_snapshot (
    repository_id VARCHAR, day DATE, stars BIGINT, forks BIGINT, open_issues BIGINT, origin VARCHAR,
    stars_spread BIGINT, forks_spread BIGINT
);

CREATE TABLE staging.model (
    model_id VARCHAR, name VARCHAR, organization VARCHAR, created_at TIMESTAMPTZ, license VARCHAR, model_type VARCHAR,
    parameters BIGINT, identity_origin VARCHAR
);

-- Observed days only; a count that the Hub did not tell is NULL.
CREATE TABLE staging.model_snapshot (
    model_id VARCHAR, day DATE, downloads BIGINT, downloads_all_time BIGINT, likes BIGINT, trending_score DOUBLE,
    gone BOOLEAN
);

-- One row per model, parent, relation and root; share: the fraction of a merge.
CREATE TABLE staging.model_lineage (
    model_id VARCHAR, parent_id VARCHAR, relation VARCHAR, root_id VARCHAR, share DOUBLE
);
