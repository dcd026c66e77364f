-- Roots of models: from who names whom as base to a row for each model, base and root.
--   links: relation(model_id, parent_id, relation), each pair once, no model its own base.
--   ages: relation(model_id, created_at); a model that is not in it counts as older than all that are.
-- Nodes are numbered by age, so that a base has the smaller number wherever the Hub's dates make sense; the walks then
-- compare and join whole numbers. Four steps, each about as long as the links are many:
--   1. A cycle has a link from an older to a younger model: only from those is it searched for, upwards.
--   2. Such a link is not followed if it lies on a cycle; what is left has none.
--   3. From the roots downwards, each model gets its parts of roots, all that arrive at once added up. Shares are decimals:
--      their sums are the same in any order.
--   4. Each link says which part of its model goes to which root. A base on the far side of a cycle is its own root there.
CREATE OR REPLACE TEMP MACRO lineage(links, ages) AS TABLE
WITH RECURSIVE numbered AS MATERIALIZED (
    SELECT
        ends.model_id,
        row_number() OVER (ORDER BY coalesce(age.created_at, TIMESTAMPTZ '1970-01-01'), ends.model_id) AS node
    FROM (SELECT model_id FROM query_table(links) UNION SELECT parent_id FROM query_table(links)) AS ends
    LEFT JOIN query_table(ages) AS age ON age.model_id = ends.model_id
),
link AS MATERIALIZED (
    SELECT child.node AS child, parent.node AS parent, told.relation
    FROM query_table(links) AS told
    INNER JOIN numbered AS child ON child.model_id = told.model_id
    INNER JOIN numbered AS parent ON parent.model_id = told.parent_id
),
backward AS MATERIALIZED (
    SELECT child, parent
    FROM link
    WHERE parent > child AND child IN (SELECT parent FROM link) AND parent IN (SELECT child FROM link)
),
reach AS (
    SELECT DISTINCT parent AS start, parent AS here FROM backward
    UNION
    SELECT reach.start, link.parent
    FROM reach
    INNER JOIN link ON link.child = reach.here
),
circle AS MATERIALIZED (
    SELECT backward.child, backward.parent
    FROM backward
    INNER JOIN reach ON reach.start = backward.parent AND reach.here = backward.child
),
upward AS MATERIALIZED (
    SELECT link.child, link.parent, count(*) OVER (PARTITION BY link.child) AS bases
    FROM link
    ANTI JOIN circle ON circle.child = link.child AND circle.parent = link.parent
),
walk AS (
    SELECT DISTINCT parent AS here, parent AS root, 1::DECIMAL(18, 12) AS share
    FROM link
    WHERE parent NOT IN (SELECT child FROM upward)
    UNION ALL
    SELECT upward.child, walk.root, sum((walk.share / upward.bases)::DECIMAL(18, 12))::DECIMAL(18, 12)
    FROM walk
    INNER JOIN upward ON upward.parent = walk.here
    GROUP BY upward.child, walk.root
),
part AS MATERIALIZED (
    SELECT here, root, sum(share) AS share FROM walk GROUP BY here, root
),
attributed AS MATERIALIZED (
    SELECT link.child, link.parent, link.relation, part.root, part.share
    FROM link
    INNER JOIN part ON part.here = link.parent
    ANTI JOIN circle ON circle.child = link.child AND circle.parent = link.parent
    UNION ALL
    SELECT link.child, link.parent, link.relation, link.parent, 1
    FROM link
    SEMI JOIN circle ON circle.child = link.child AND circle.parent = link.parent
),
whole AS (
    SELECT child, sum(share) AS share FROM attributed GROUP BY child
)
SELECT
    child.model_id,
    parent.model_id AS parent_id,
    coalesce(attributed.relation, 'unspecified') AS relation,
    root.model_id AS root_id,
    (attributed.share / whole.share)::DOUBLE AS share
FROM attributed
INNER JOIN whole ON whole.child = attributed.child
INNER JOIN numbered AS child ON child.node = attributed.child
INNER JOIN numbered AS parent ON parent.node = attributed.parent
INNER JOIN numbered AS root ON root.node = attributed.root
ORDER BY attributed.child, attributed.parent, attributed.root;
