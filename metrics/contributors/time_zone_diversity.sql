/*+++
title = "Time zone diversity"
question = "Over how many time zones are the people spread?"
unit = "equally used UTC offsets"
definition = """
The Hill number of order 2 of people over UTC offsets, among the humans who authored non-merge commits in the trailing
12 months (the 12 calendar months that end with the period): 1 / Σp², with the unbiased estimate Σ z(z−1) / N(N−1) of
Σp² for z people per offset and N people in all; at least 1. A person has one offset, the most frequent of their
commits to the entity in the window. Daylight saving is removed where their own commits show it: the most frequent
offsets of December to February and of June to August are one hour apart, and the lower one counts, on either
hemisphere. People seen only at +0000 are unknown, as servers and privacy tools write it: they are left out and counted
in `unknown_people`. The interval is a delete-a-group jackknife of the logarithm over 12 groups by a hash of the
person, of which at least 6 must have people. Where all have one offset and are at least 6, its upper end is 20^(2/n):
with a probability of 5 % that many people would have been alike. `n` is the number of people whose offset is known.
"""
source = "Simpson, Measurement of diversity, Nature 163 (1949) 688; Hill, Diversity and evenness, Ecology 54 (1973) 427"
caveats = [
  "A signal of geography, not a location: an offset is a wide strip of the Earth and people set clocks as they like.",
  "China has one offset and the contiguous United States have four, so equal areas are not equally diverse.",
]

[columns]
unknown_people = "people left out, because they were seen only at +0000"
+++*/
WITH commits AS (
    SELECT entity_id, person_id, period AS month, utc_offset_minutes AS utc_offset, commits
    FROM metrics.human_commits()
    WHERE utc_offset_minutes BETWEEN -840 AND 840
),
contributor AS (
    SELECT
        entity_id,
        metrics.hash_group(person_id) AS part,
        row_number() OVER (ORDER BY entity_id, person_id) AS contributor,
        person_id
    FROM (SELECT DISTINCT entity_id, person_id FROM commits)
),
monthly AS (
    SELECT
        p.contributor,
        c.month,
        c.utc_offset,
        c.commits,
        CASE WHEN month(c.month) IN (12, 1, 2) THEN c.commits ELSE 0 END AS december_to_february,
        CASE WHEN month(c.month) IN (6, 7, 8) THEN c.commits ELSE 0 END AS june_to_august
    FROM commits AS c
    JOIN contributor AS p ON p.entity_id = c.entity_id AND p.person_id = c.person_id
),
yearly AS (
    SELECT
        c.contributor,
        t.period,
        c.utc_offset,
        CAST(sum(c.commits) AS BIGINT) AS commits,
        CAST(sum(c.december_to_february) AS BIGINT) AS december_to_february,
        CAST(sum(c.june_to_august) AS BIGINT) AS june_to_august
    FROM monthly AS c
    JOIN metrics.rolling(12) AS t ON t.month = c.month
    GROUP BY c.contributor, t.period, c.utc_offset
),
habit AS (
    SELECT
        contributor,
        period,
        metrics.key_offset(max(metrics.offset_key(commits, utc_offset))) AS usual,
        metrics.key_offset(max(metrics.offset_key(december_to_february, utc_offset))) AS in_january,
        metrics.key_offset(max(metrics.offset_key(june_to_august, utc_offset))) AS in_july,
        max(abs(utc_offset)) > 0 AS is_known
    FROM yearly
    GROUP BY contributor, period
),
person AS (
    SELECT
        p.entity_id,
        h.period,
        p.part,
        h.is_known,
        CASE
            WHEN abs(h.in_january - h.in_july) = 60 AND h.usual IN (h.in_january, h.in_july)
            THEN least(h.in_january, h.in_july)
            ELSE h.usual
        END AS utc_offset
    FROM habit AS h
    JOIN contributor AS p ON p.contributor = h.contributor
),
-- People by offset and group, and what the sums over offsets lose when the group is left out.
cell AS (
    SELECT
        entity_id,
        period,
        utc_offset,
        part,
        count(*) AS people,
        sum(count(*)) OVER (PARTITION BY entity_id, period, utc_offset) AS people_at_offset
    FROM person
    WHERE is_known
    GROUP BY entity_id, period, utc_offset, part
),
part AS (
    SELECT
        entity_id,
        period,
        part,
        sum(people) AS people,
        sum(people * (people_at_offset - 1)) AS pairs,
        sum(people * (2 * people_at_offset - people - 1)) AS pairs_lost
    FROM cell
    GROUP BY entity_id, period, part
),
total AS (
    SELECT entity_id, period, count(*) AS parts, sum(people) AS people, sum(pairs) AS pairs
    FROM part
    GROUP BY entity_id, period
),
without_part AS (
    SELECT
        p.entity_id,
        p.period,
        metrics.log_effective(t.people - p.people, t.pairs - p.pairs_lost) AS logarithm
    FROM part AS p
    JOIN total AS t ON t.entity_id = p.entity_id AND t.period = p.period
),
jackknife AS (
    SELECT
        entity_id,
        period,
        count(*) AS parts,
        count(logarithm) AS usable,
        metrics.deviation(sum(logarithm * logarithm), sum(logarithm), count(*)) AS deviation
    FROM without_part
    GROUP BY entity_id, period
),
estimate AS (
    SELECT
        t.entity_id,
        t.period,
        CASE WHEN t.pairs > 0 THEN CAST(t.people AS DOUBLE) * (t.people - 1) / t.pairs END AS zones,
        CASE
            WHEN t.people < 6 THEN NULL
            WHEN t.pairs = t.people * (t.people - 1) THEN metrics.one_kind_factor(t.people)
            ELSE metrics.jackknife_factor(j.parts, j.usable, j.deviation)
        END AS factor
    FROM total AS t
    JOIN jackknife AS j ON j.entity_id = t.entity_id AND j.period = t.period
),
people AS (
    SELECT
        entity_id,
        period,
        count(*) FILTER (WHERE is_known) AS known,
        count(*) FILTER (WHERE NOT is_known) AS unknown
    FROM person
    GROUP BY entity_id, period
),
beginning AS (
    SELECT entity_id, min(period) AS period
    FROM people
    GROUP BY entity_id
)
SELECT
    m.entity_id,
    m.period,
    '' AS series,
    e.zones AS value,
    coalesce(p.known, 0) AS n,
    metrics.at_least_one(e.zones / e.factor) AS low,
    e.zones * e.factor AS high,
    m.complete,
    CASE
        WHEN p.entity_id IS NULL THEN 'no commits in 12 months'
        WHEN p.known < 2 THEN 'fewer than 2 people with a known offset'
        WHEN e.zones IS NULL THEN 'no two people share an offset'
    END AS reason,
    metrics.remarks(
        metrics.small(e.zones, p.known), metrics.unfinished(m.unfinished), metrics.coverage(m.covered), NULL
    ) AS flag,
    CAST(coalesce(p.unknown, 0) AS BIGINT) AS unknown_people
FROM beginning AS b
JOIN metrics.months('git', 'commits') AS m ON m.entity_id = b.entity_id AND m.period >= b.period
LEFT JOIN people AS p ON p.entity_id = m.entity_id AND p.period = m.period
LEFT JOIN estimate AS e ON e.entity_id = m.entity_id AND e.period = m.period
