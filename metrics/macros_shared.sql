-- SQL that the metrics of people in two ecosystems share; read after macros_people.sql, and written by its rules.

-- Entities and the ecosystems that are not theirs: two ecosystems, or an ecosystem and an entity that has no repository and
-- no model in common with it. Between an entity and an ecosystem that it is a part of, or that is a part of it, nothing is
-- shared but itself.
CREATE OR REPLACE MACRO metrics.foreign_ecosystems() AS TABLE
WITH part AS (
    SELECT DISTINCT a.entity_id, b.entity_id AS ecosystem
    FROM catalogue.membership AS a
    JOIN catalogue.membership AS b ON b.subject_id = a.subject_id
    JOIN catalogue.entity AS e ON e.entity_id = b.entity_id AND e.kind = 'ecosystem'
)
SELECT e.entity_id, x.entity_id AS ecosystem
FROM catalogue.entity AS e
JOIN catalogue.entity AS x ON x.kind = 'ecosystem' AND x.entity_id <> e.entity_id
LEFT JOIN part AS p ON p.entity_id = e.entity_id AND p.ecosystem = x.entity_id
WHERE e.kind = 'ecosystem' OR p.entity_id IS NULL;

-- The first human contribution of each person to each entity.
CREATE OR REPLACE MACRO metrics.arrivals() AS TABLE
SELECT m.entity_id, c.person_id, min(c.occurred_at) AS arrived_at
FROM staging.contribution AS c
JOIN staging.person AS p ON p.person_id = c.person_id
JOIN catalogue.membership AS m
    ON m.subject_id = c.subject_id AND metrics.is_member(metrics.utc_day(c.occurred_at), m.valid_from, m.valid_to)
WHERE p.kind = 'human'
GROUP BY m.entity_id, c.person_id;

-- Humans active in the trailing 12 months by entity, and those of them who were active in another ecosystem, too; ecosystem
-- is NULL for those active in any other. people, others: active in the entity, in the ecosystem; shared: in both.
CREATE OR REPLACE MACRO metrics.shared_people() AS TABLE
WITH active AS (
    SELECT DISTINCT c.entity_id, c.person_id, t.period
    FROM metrics.human_contributions() AS c
    JOIN metrics.rolling(12) AS t ON t.month = c.period
),
size AS (
    SELECT entity_id, period, count(*) AS people
    FROM active
    GROUP BY entity_id, period
),
-- Who is active in one ecosystem only shares nothing.
in_ecosystem AS (
    SELECT a.entity_id AS ecosystem, a.person_id, a.period, count(*) OVER (PARTITION BY a.person_id, a.period) AS ecosystems
    FROM active AS a
    JOIN catalogue.entity AS e ON e.entity_id = a.entity_id AND e.kind = 'ecosystem'
),
pair AS (
    SELECT a.entity_id, x.ecosystem, a.period, a.person_id
    FROM in_ecosystem AS x
    JOIN active AS a ON a.person_id = x.person_id AND a.period = x.period
    JOIN metrics.foreign_ecosystems() AS f ON f.entity_id = a.entity_id AND f.ecosystem = x.ecosystem
    WHERE x.ecosystems > 1
),
counted AS (
    SELECT entity_id, ecosystem, period, count(*) AS shared
    FROM pair
    GROUP BY entity_id, ecosystem, period
    UNION ALL
    SELECT entity_id, NULL AS ecosystem, period, count(DISTINCT person_id) AS shared
    FROM pair
    GROUP BY entity_id, period
),
beginning AS (
    SELECT entity_id, ecosystem, min(period) AS period
    FROM counted
    WHERE ecosystem IS NOT NULL
    GROUP BY entity_id, ecosystem
    UNION ALL
    SELECT entity_id, NULL AS ecosystem, min(period) AS period
    FROM size
    GROUP BY entity_id
)
SELECT
    b.entity_id,
    b.ecosystem,
    m.period,
    m.complete,
    m.unfinished,
    m.covered,
    m.kinds,
    coalesce(s.people, 0) AS people,
    coalesce(o.people, 0) AS others,
    coalesce(c.shared, 0) AS shared
FROM beginning AS b
JOIN metrics.contribution_months() AS m ON m.entity_id = b.entity_id AND m.period >= b.period
LEFT JOIN size AS s ON s.entity_id = b.entity_id AND s.period = m.period
LEFT JOIN size AS o ON o.entity_id = b.ecosystem AND o.period = m.period
LEFT JOIN counted AS c
    ON c.entity_id = b.entity_id AND c.period = m.period AND coalesce(c.ecosystem, '') = coalesce(b.ecosystem, '');
