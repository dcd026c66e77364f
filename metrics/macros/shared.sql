-- SQL that the metrics of people in two ecosystems share. Written by the rules of months.sql.

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
FROM metrics.known_contributions() AS c
JOIN staging.person AS p ON p.person_id = c.person_id
JOIN catalogue.membership AS m
    ON m.subject_id = c.subject_id AND metrics.is_member(metrics.utc_day(c.occurred_at), m.valid_from, m.valid_to)
WHERE p.kind = 'human'
GROUP BY m.entity_id, c.person_id;

-- Humans active in the trailing 12 months by entity, and those of them who were active in another ecosystem, too; ecosystem
-- is NULL for those active in any other. people, others: active in the entity, in the ecosystem; shared: in both.
-- Months are numbers here. A contribution makes a person active in its month and the 11 after it: what touches is one
-- stretch [begins, ends), and the people of a month are the stretches begun minus those ended.
CREATE OR REPLACE MACRO metrics.shared_people() AS TABLE
WITH done AS (
    SELECT DISTINCT entity_id, person_id, date_diff('month', DATE '2000-01-01', period) AS month
    FROM metrics.human_contributions()
),
gap AS (
    SELECT
        *,
        CASE WHEN month - lag(month) OVER (PARTITION BY entity_id, person_id ORDER BY month) <= 12 THEN 0 ELSE 1 END AS is_new
    FROM done
),
counted AS (
    SELECT *, sum(is_new) OVER (PARTITION BY entity_id, person_id ORDER BY month) AS stretch
    FROM gap
),
stretch AS (
    SELECT entity_id, person_id, min(month) AS begins, max(month) + 12 AS ends
    FROM counted
    GROUP BY entity_id, person_id, stretch
),
-- Who is active in one ecosystem only, which is nearly everybody, shares nothing.
several AS (
    SELECT s.person_id
    FROM stretch AS s
    JOIN catalogue.entity AS e ON e.entity_id = s.entity_id AND e.kind = 'ecosystem'
    GROUP BY s.person_id
    HAVING count(DISTINCT s.entity_id) > 1
),
sharing AS (
    SELECT s.*
    FROM stretch AS s
    JOIN several AS p ON p.person_id = s.person_id
),
in_both AS (
    SELECT a.entity_id, x.entity_id AS ecosystem, a.person_id, greatest(a.begins, x.begins) AS begins, least(a.ends, x.ends) AS ends
    FROM metrics.foreign_ecosystems() AS f
    JOIN sharing AS x ON x.entity_id = f.ecosystem
    JOIN sharing AS a
        ON a.entity_id = f.entity_id AND a.person_id = x.person_id AND a.begins < x.ends AND x.begins < a.ends
),
-- The stretches of several ecosystems, joined where they touch.
touching AS (
    SELECT
        *,
        CASE
            WHEN begins <= max(ends) OVER (
                PARTITION BY entity_id, person_id ORDER BY begins, ends, ecosystem ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) THEN 0
            ELSE 1
        END AS is_new
    FROM in_both
),
joined AS (
    SELECT
        *,
        sum(is_new) OVER (
            PARTITION BY entity_id, person_id ORDER BY begins, ends, ecosystem ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS stretch
    FROM touching
),
shared AS (
    SELECT entity_id, ecosystem, begins, ends
    FROM in_both
    UNION ALL
    SELECT entity_id, '' AS ecosystem, min(begins) AS begins, max(ends) AS ends
    FROM joined
    GROUP BY entity_id, person_id, stretch
),
change AS (
    SELECT entity_id, ecosystem, month, CAST(sum(shared) AS BIGINT) AS shared, CAST(sum(people) AS BIGINT) AS people
    FROM (
        SELECT entity_id, ecosystem, begins AS month, 1 AS shared, 0 AS people FROM shared
        UNION ALL
        SELECT entity_id, ecosystem, ends AS month, -1 AS shared, 0 AS people FROM shared
        UNION ALL
        SELECT entity_id, '' AS ecosystem, begins AS month, 0 AS shared, 1 AS people FROM stretch
        UNION ALL
        SELECT entity_id, '' AS ecosystem, ends AS month, 0 AS shared, -1 AS people FROM stretch
    ) AS one
    GROUP BY entity_id, ecosystem, month
),
beginning AS (
    SELECT entity_id, ecosystem, min(month) AS month
    FROM change
    GROUP BY entity_id, ecosystem
),
level AS (
    SELECT
        b.entity_id,
        b.ecosystem,
        m.period,
        m.complete,
        m.unfinished,
        m.covered,
        m.differing,
        m.year_is_known,
        m.kinds,
        CAST(sum(coalesce(c.shared, 0)) OVER (
            PARTITION BY b.entity_id, b.ecosystem ORDER BY m.period ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS shared
    FROM beginning AS b
    JOIN metrics.contribution_months() AS m
        ON m.entity_id = b.entity_id AND date_diff('month', DATE '2000-01-01', m.period) >= b.month
    LEFT JOIN change AS c
        ON c.entity_id = b.entity_id AND c.ecosystem = b.ecosystem
        AND c.month = date_diff('month', DATE '2000-01-01', m.period)
),
-- An ecosystem of which no month was observed any more has lost its people all the same.
size AS (
    SELECT
        c.entity_id,
        c.month,
        sum(c.people) OVER (PARTITION BY c.entity_id ORDER BY c.month ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS people,
        lead(c.month) OVER (PARTITION BY c.entity_id ORDER BY c.month) AS next_month
    FROM change AS c
    WHERE c.ecosystem = ''
)
SELECT
    l.entity_id,
    nullif(l.ecosystem, '') AS ecosystem,
    l.period,
    l.complete,
    l.unfinished,
    l.covered,
    l.differing,
    l.year_is_known AND coalesce(y.year_is_known, TRUE) AS year_is_known,
    l.kinds,
    coalesce(s.people, 0) AS people,
    coalesce(o.people, 0) AS others,
    l.shared
FROM level AS l
LEFT JOIN metrics.contribution_months() AS y ON y.entity_id = l.ecosystem AND y.period = l.period
LEFT JOIN size AS s
    ON s.entity_id = l.entity_id
    AND date_diff('month', DATE '2000-01-01', l.period) >= s.month
    AND date_diff('month', DATE '2000-01-01', l.period) < coalesce(s.next_month, 999999)
LEFT JOIN size AS o
    ON o.entity_id = l.ecosystem
    AND date_diff('month', DATE '2000-01-01', l.period) >= o.month
    AND date_diff('month', DATE '2000-01-01', l.period) < coalesce(o.next_month, 999999);
