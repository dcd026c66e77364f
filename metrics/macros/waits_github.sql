-- The waits of issues and change requests, and the rows of the metrics on them. Written by the rules of months.sql.
-- Whoever opened it is a person unless known to be a bot or an AI agent; an answer is by a known human only.

-- ── Cells: a whole number for each entity and month, as windows sort whole numbers fast ─────────────────────────

CREATE OR REPLACE MACRO metrics.cell(entity_number, period) AS
    entity_number * 10000 + date_diff('month', DATE '2000-01-01', period);

CREATE OR REPLACE MACRO metrics.numbered_entities() AS TABLE
SELECT entity_id, row_number() OVER (ORDER BY entity_id) AS number
FROM (SELECT DISTINCT entity_id FROM catalogue.membership);

-- Rows with repository_id, started_on, seconds and outcome, once for each entity that had the repository on that day.
CREATE OR REPLACE MACRO metrics.by_cell(waits) AS TABLE
SELECT metrics.cell(e.number, metrics.month_of(w.started_on)) AS cell, w.seconds, w.outcome
FROM query_table(waits) AS w
JOIN catalogue.membership AS m
    ON m.subject_id = w.repository_id AND metrics.is_member(w.started_on, m.valid_from, m.valid_to)
JOIN metrics.numbered_entities() AS e ON e.entity_id = m.entity_id;

-- The months of each entity from its first cell on, as metrics.months() has them.
CREATE OR REPLACE MACRO metrics.months_of_cells(cells, of_source, of_stream) AS TABLE
WITH first_cell AS (
    SELECT cell // 10000 AS number, cell
    FROM query_table(cells)
    UNION ALL
    SELECT e.number, metrics.cell(e.number, s.period) AS cell
    FROM metrics.still_to_come(of_source, of_stream) AS s
    JOIN metrics.numbered_entities() AS e ON e.entity_id = s.entity_id
),
beginning AS (
    SELECT number, min(cell) AS cell
    FROM first_cell
    GROUP BY number
)
SELECT m.entity_id, m.period, m.complete, m.unfinished, m.covered, m.is_known, m.differing, metrics.cell(e.number, m.period) AS cell
FROM metrics.months(of_source, of_stream) AS m
JOIN metrics.numbered_entities() AS e ON e.entity_id = m.entity_id
JOIN beginning AS b ON b.number = e.number AND metrics.cell(e.number, m.period) >= b.cell;

-- ── Issues and change requests, as far as their repository's stream was observed: what came later is not known ──

CREATE OR REPLACE MACRO metrics.is_person(kind) AS coalesce(kind, 'human') = 'human';

CREATE OR REPLACE MACRO metrics.by_author(kind) AS
    CASE WHEN metrics.is_person(kind) THEN '' ELSE 'author:automated' END;

-- What is known of a moment at the time up to which the stream was observed.
CREATE OR REPLACE MACRO metrics.seen_by(moment, observed_until) AS CASE WHEN moment <= observed_until THEN moment END;

-- Whole seconds; 0 for what is dated before its beginning.
CREATE OR REPLACE MACRO metrics.seconds_between(beginning, ending) AS
    greatest(date_diff('second', beginning, ending), 0);

-- known_since: the first month in which all that happened in the repository's issues is known, NULL: all are.
-- series: '' opened by people, 'author:automated' by bots and agents. closer: kind of who closed it first.
CREATE OR REPLACE MACRO metrics.issues() AS TABLE
SELECT
    i.issue_id,
    i.repository_id,
    i.author_id,
    metrics.by_author(a.kind) AS series,
    i.created_at,
    metrics.utc_day(i.created_at) AS opened_on,
    metrics.seen_by(i.closed_at, c.observed_until) AS closed_at,
    metrics.utc_day(metrics.seen_by(i.closed_at, c.observed_until)) AS closed_on,
    i.closed_by_id,
    b.kind AS closer,
    c.observed_until,
    metrics.known_since(c.known_from) AS known_since
FROM staging.issue AS i
JOIN ops.coverage AS c ON c.subject_id = i.repository_id AND c.source = 'github' AND c.stream = 'issues'
LEFT JOIN staging.person AS a ON a.person_id = i.author_id
LEFT JOIN staging.person AS b ON b.person_id = i.closed_by_id
WHERE i.created_at <= c.observed_until;

-- The stretches of time in which issues were open, of repositories whose issues are known from their beginning: [open_from,
-- open_until), NULL: it still was when the repository was last observed. An issue that is opened again has one more.
CREATE OR REPLACE MACRO metrics.open_stretches() AS TABLE
SELECT
    i.repository_id,
    i.series,
    i.opened_on,
    metrics.utc_day(s.opened_at) AS open_from,
    metrics.utc_day(metrics.seen_by(s.closed_at, i.observed_until)) AS open_until,
    i.observed_until
FROM metrics.issues() AS i
JOIN staging.issue_state AS s ON s.issue_id = i.issue_id
WHERE i.known_since IS NULL AND s.opened_at <= i.observed_until;

-- ready_on: NULL for a draft. ended_at: merged or closed, whichever came first.
CREATE OR REPLACE MACRO metrics.change_requests() AS TABLE
SELECT
    r.pull_request_id,
    r.repository_id,
    r.author_id,
    metrics.by_author(a.kind) AS series,
    r.created_at,
    metrics.utc_day(r.created_at) AS opened_on,
    metrics.seen_by(r.ready_at, c.observed_until) AS ready_at,
    metrics.seen_by(r.merged_at, c.observed_until) AS merged_at,
    metrics.seen_by(r.closed_at, c.observed_until) AS closed_at,
    metrics.utc_day(metrics.seen_by(least(r.merged_at, r.closed_at), c.observed_until)) AS closed_on,
    b.kind AS closer,
    c.observed_until,
    metrics.known_since(c.known_from) AS known_since
FROM staging.pull_request AS r
JOIN ops.coverage AS c ON c.subject_id = r.repository_id AND c.source = 'github' AND c.stream = 'pull_requests'
LEFT JOIN staging.person AS a ON a.person_id = r.author_id
LEFT JOIN staging.person AS b ON b.person_id = r.closed_by_id
WHERE r.created_at <= c.observed_until;

-- ── Waits ───────────────────────────────────────────────────────────────────────────────────────────────────────

-- How a wait went: by the event, by its rival, or not yet. Of two at the same second, the event counts.
CREATE OR REPLACE MACRO metrics.outcome(event_at, rival_at) AS
    CASE
        WHEN event_at <= coalesce(rival_at, event_at) THEN 1
        WHEN rival_at IS NOT NULL THEN 2
        ELSE 0
    END;

-- Of people's issues, until the first public response of a human other than the author: a comment, or closing it. Rival:
-- the author closes it unanswered. A bot's or an unknown account's comment or closing neither answers nor ends the wait.
CREATE OR REPLACE MACRO metrics.response_waits() AS TABLE
WITH issue AS (
    SELECT *
    FROM metrics.issues()
    WHERE series = '' AND metrics.is_known(opened_on, known_since)
),
answer AS (
    SELECT i.issue_id, min(r.responded_at) AS answered_at
    FROM issue AS i
    JOIN staging.issue_response AS r ON r.issue_id = i.issue_id AND r.responded_at <= i.observed_until
    JOIN staging.person AS p ON p.person_id = r.person_id
    WHERE p.kind = 'human' AND (i.author_id IS NULL OR r.person_id <> i.author_id)
    GROUP BY i.issue_id
),
ended AS (
    SELECT i.*, a.answered_at, CASE WHEN i.closed_by_id = i.author_id THEN i.closed_at END AS given_up_at
    FROM issue AS i
    LEFT JOIN answer AS a ON a.issue_id = i.issue_id
),
wait AS (
    SELECT
        repository_id,
        opened_on AS started_on,
        metrics.seconds_between(created_at, coalesce(least(answered_at, given_up_at), observed_until)) AS seconds,
        metrics.outcome(answered_at, given_up_at) AS outcome
    FROM ended
)
SELECT cell, seconds, outcome
FROM metrics.by_cell('wait');

-- Of people's change requests, from opening until they are merged. Rival: closed unmerged, by whomever.
CREATE OR REPLACE MACRO metrics.merge_waits() AS TABLE
WITH wait AS (
    SELECT
        repository_id,
        opened_on AS started_on,
        metrics.seconds_between(created_at, coalesce(least(merged_at, closed_at), observed_until)) AS seconds,
        metrics.outcome(merged_at, closed_at) AS outcome
    FROM metrics.change_requests()
    WHERE series = '' AND metrics.is_known(opened_on, known_since)
)
SELECT cell, seconds, outcome
FROM metrics.by_cell('wait');

-- ── Rows of metrics ─────────────────────────────────────────────────────────────────────────────────────────────

-- The quantiles of metrics.wait_quantiles() in hours, each month from the first with a wait on; `stat` '' is the median.
CREATE OR REPLACE MACRO metrics.hours_rows(waits, of_source, of_stream, things) AS TABLE
WITH month AS (
    SELECT *
    FROM metrics.months_of_cells(waits, of_source, of_stream)
),
stat AS (
    SELECT *
    FROM metrics.wait_quantiles(waits)
)
SELECT
    m.entity_id,
    m.period,
    s.stat,
    q.value / 3600 AS value,
    coalesce(CASE WHEN s.stat = 'naive' THEN q.events ELSE q.n END, 0) AS n,
    q.low / 3600 AS low,
    q.high / 3600 AS high,
    m.complete,
    CASE
        WHEN NOT m.is_known THEN 'not fetched yet'
        WHEN q.cell IS NULL THEN concat('no ', things, ' in the month')
        WHEN q.value IS NULL AND s.stat = 'naive' THEN 'none yet'
        WHEN q.value IS NULL THEN 'not reached'
    END AS reason,
    metrics.remarks(
        metrics.small(q.value, CASE WHEN s.stat = 'naive' THEN q.events ELSE q.n END),
        metrics.unfinished(m.unfinished),
        metrics.lacking(m.covered, m.differing),
        NULL
    ) AS flag
FROM month AS m
JOIN (VALUES (''), ('p25'), ('p75'), ('p90'), ('km_median'), ('naive')) AS s(stat) ON TRUE
LEFT JOIN stat AS q ON q.cell = m.cell AND q.stat = s.stat;

-- The incidence at given times (a table or CTE with `seconds`), each month from the first with a wait on.
CREATE OR REPLACE MACRO metrics.incidence_rows(waits, times, of_stream, things) AS TABLE
WITH month AS (
    SELECT *
    FROM metrics.months_of_cells(waits, 'github', of_stream)
),
incidence AS (
    SELECT *
    FROM metrics.incidence_at(waits, times)
)
SELECT
    m.entity_id,
    m.period,
    t.seconds,
    CASE WHEN i.known THEN i.incidence END AS value,
    coalesce(i.n, 0) AS n,
    CASE WHEN i.known THEN i.low END AS low,
    CASE WHEN i.known THEN i.high END AS high,
    m.complete,
    CASE
        WHEN NOT m.is_known THEN 'not fetched yet'
        WHEN i.cell IS NULL THEN concat('no ', things, ' in the month')
        WHEN NOT i.known THEN 'follow-up too short'
    END AS reason,
    metrics.remarks(
        metrics.small(CASE WHEN i.known THEN i.incidence END, i.n),
        metrics.unfinished(m.unfinished),
        metrics.lacking(m.covered, m.differing),
        NULL
    ) AS flag,
    coalesce(i.at_risk, 0) AS at_risk
FROM month AS m
JOIN query_table(times) AS t ON TRUE
LEFT JOIN incidence AS i ON i.cell = m.cell AND i.seconds = t.seconds;

-- Closed ÷ opened by month, of rows with repository_id, series, opened_on, closed_on (NULL: not closed) and known_since.
CREATE OR REPLACE MACRO metrics.closure_rows(from_rows, of_stream, things) AS TABLE
WITH event AS (
    SELECT repository_id, series, opened_on AS happened_on, 1 AS opened, 0 AS closed
    FROM query_table(from_rows)
    WHERE metrics.is_known(opened_on, known_since)
    UNION ALL
    SELECT repository_id, series, closed_on AS happened_on, 0 AS opened, 1 AS closed
    FROM query_table(from_rows)
    WHERE metrics.is_known(closed_on, known_since) AND closed_on IS NOT NULL
),
monthly AS (
    SELECT
        m.entity_id,
        e.series,
        metrics.month_of(e.happened_on) AS period,
        CAST(sum(e.opened) AS BIGINT) AS opened,
        CAST(sum(e.closed) AS BIGINT) AS closed
    FROM event AS e
    JOIN catalogue.membership AS m
        ON m.subject_id = e.repository_id AND metrics.is_member(e.happened_on, m.valid_from, m.valid_to)
    GROUP BY m.entity_id, e.series, metrics.month_of(e.happened_on)
),
beginning AS (
    SELECT entity_id, series, min(period) AS period
    FROM (
        SELECT entity_id, series, period FROM monthly
        UNION ALL
        SELECT entity_id, '' AS series, period FROM metrics.still_to_come('github', of_stream)
    ) AS first_month
    GROUP BY entity_id, series
),
month AS (
    SELECT
        m.entity_id,
        m.period,
        b.series,
        m.complete,
        m.unfinished,
        m.covered,
        m.is_known,
        m.differing,
        coalesce(c.opened, 0) AS opened,
        coalesce(c.closed, 0) AS closed
    FROM beginning AS b
    JOIN metrics.months('github', of_stream) AS m ON m.entity_id = b.entity_id AND m.period >= b.period
    LEFT JOIN monthly AS c ON c.entity_id = m.entity_id AND c.period = m.period AND c.series = b.series
)
SELECT
    entity_id,
    period,
    series,
    CASE WHEN opened > 0 THEN closed / opened END AS value,
    opened AS n,
    complete,
    CASE
        WHEN NOT is_known THEN 'not fetched yet'
        WHEN opened = 0 THEN concat('no ', things, ' opened in the month')
    END AS reason,
    metrics.remarks(
        CASE WHEN opened > 0 THEN metrics.small(opened, opened) END,
        metrics.unfinished(unfinished),
        metrics.lacking(covered, differing),
        NULL
    ) AS flag,
    closed
FROM month;
