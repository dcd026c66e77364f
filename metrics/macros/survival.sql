-- SQL of waits: how long until something happens, where many are still waiting. Written by the rules of months.sql.
-- The macros take the name of a table or CTE with one row a wait:
--   cell: what the wait is counted in, of any type; seconds: whole seconds waited, at least 0;
--   outcome: 1 = ended by the event, 2 = ended by another that makes the event impossible (its rival), 0 = still waiting
--   when last seen (censored).
-- Every sum runs over exact decimals: DuckDB adds doubles in an order that depends on the number of threads.

-- Terms of sums as exact numbers: below 10, and logarithms.
CREATE OR REPLACE MACRO metrics.fine(x) AS CAST(x AS DECIMAL(18, 17));
CREATE OR REPLACE MACRO metrics.fine_log(x) AS CAST(x AS DECIMAL(18, 15));

-- The curves, one row for each cell and each time at which a wait ended there:
--   events, rivals: waits ended at this time; at_risk: those waiting until then, the ended ones included.
--   waiting: probability that neither has happened by then (product limit; Kaplan & Meier, JASA 53 (1958) 457).
--   incidence: probability that the event has happened by then (Aalen & Johansen, Scand. J. Stat. 5 (1978) 141).
--   variance: of the incidence, by the delta method (Marubini & Valsecchi, Analysing Survival Data, 1995, ch. 10). With
--     p_i = (events + rivals) / at_risk and f_i, s_i the incidence at and waiting before time i, it is, over i up to t,
--     Σ (f - f_i)² p_i / (at_risk_i (1 - p_i)) + Σ s_i² events_i (at_risk_i - events_i) / at_risk_i³
--     - 2 Σ (f - f_i) s_i events_i / at_risk_i². Squares are multiplied out, so that running sums suffice. Without
--     rivals it is Greenwood's.
--   alone, alone_variance: 1 - Kaplan-Meier with rivals taken as censored, "had there been no rival", and Greenwood's.
CREATE OR REPLACE MACRO metrics.incidence(waits) AS TABLE
WITH ranked AS (
    -- of those that waited as long, the highest place counts all who waited at least as long
    SELECT cell, seconds, outcome, row_number() OVER (PARTITION BY cell ORDER BY seconds DESC) AS place
    FROM query_table(waits)
),
risk AS (
    SELECT
        cell,
        seconds,
        CAST(count(*) FILTER (WHERE outcome = 1) AS DOUBLE) AS events,
        CAST(count(*) FILTER (WHERE outcome IN (1, 2)) AS DOUBLE) AS ended,
        CAST(max(place) AS DOUBLE) AS at_risk
    FROM ranked
    GROUP BY cell, seconds
),
-- Where all that waited ended, nobody is left to go on from there: the terms of what follows are 0.
term AS (
    SELECT
        *,
        CASE WHEN at_risk > ended THEN ln((at_risk - ended) / at_risk) ELSE 0.0 END AS log_left,
        CASE WHEN at_risk > events THEN ln((at_risk - events) / at_risk) ELSE 0.0 END AS log_left_alone,
        CASE WHEN at_risk > ended THEN ended / at_risk / (at_risk - ended) ELSE 0.0 END AS odds,
        CASE WHEN at_risk > events THEN events / at_risk / (at_risk - events) ELSE 0.0 END AS odds_alone
    FROM risk
    WHERE ended > 0
),
product AS (
    SELECT
        *,
        CAST(sum(metrics.fine_log(log_left)) OVER (
            PARTITION BY cell ORDER BY seconds ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS DOUBLE) AS log_waiting,
        CAST(sum(metrics.fine_log(log_left_alone)) OVER (
            PARTITION BY cell ORDER BY seconds ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS DOUBLE) AS log_alone,
        CAST(sum(metrics.fine(odds)) OVER (
            PARTITION BY cell ORDER BY seconds ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS DOUBLE) AS greenwood,
        CAST(sum(metrics.fine(odds_alone)) OVER (
            PARTITION BY cell ORDER BY seconds ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS DOUBLE) AS greenwood_alone
    FROM term
),
-- What the sums after this one need, and no more: each of them sorts all that it is given.
step AS (
    SELECT
        cell,
        seconds,
        events,
        ended,
        at_risk,
        odds,
        greenwood,
        exp(log_waiting) AS waiting,
        exp(log_waiting - log_left) * events / at_risk AS rise,
        exp(log_waiting - log_left) / at_risk AS rise_by_one,
        exp(log_alone) AS alone,
        exp(2 * log_alone) * greenwood_alone AS alone_variance
    FROM product
),
summed AS (
    SELECT
        *,
        CAST(sum(metrics.fine(rise)) OVER (
            PARTITION BY cell ORDER BY seconds ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS DOUBLE) AS incidence
    FROM step
),
crossed AS (
    SELECT
        *,
        CAST(sum(metrics.fine(incidence * odds + rise / at_risk)) OVER (
            PARTITION BY cell ORDER BY seconds ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS DOUBLE) AS by_incidence,
        CAST(sum(metrics.fine(
            incidence * incidence * odds + 2 * incidence * rise / at_risk
            + rise_by_one * rise * (at_risk - events) / at_risk
        )) OVER (
            PARTITION BY cell ORDER BY seconds ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS DOUBLE) AS by_itself
    FROM summed
)
SELECT
    cell,
    seconds,
    CAST(events AS BIGINT) AS events,
    CAST(ended - events AS BIGINT) AS rivals,
    CAST(at_risk AS BIGINT) AS at_risk,
    CASE WHEN at_risk > ended THEN waiting ELSE 0.0 END AS waiting,
    least(incidence, 1.0) AS incidence,
    incidence * incidence * greenwood - 2 * incidence * by_incidence + by_itself AS variance,
    CASE WHEN at_risk > events THEN 1 - alone ELSE 1.0 END AS alone,
    CASE WHEN at_risk > events THEN alone_variance ELSE 0.0 END AS alone_variance
FROM crossed;

-- Intervals by log(-log(1 - incidence)), the scale on which Kaplan-Meier's are usual (Kalbfleisch & Prentice 1980), so that
-- both agree where there are no rivals. docs/intervals.md tells how well they cover, beside the alternatives.
-- Half its width on that scale; NULL where the incidence is 0 or 1 (within what rounding leaves of it).
CREATE OR REPLACE MACRO metrics.log_log_width(incidence, variance) AS
    CASE
        WHEN incidence > 1e-12 AND incidence < 1 - 1e-12
        THEN 1.9599640 * sqrt(greatest(variance, 0.0)) / ((1 - incidence) * -ln(1 - incidence))
    END;

CREATE OR REPLACE MACRO metrics.log_log_low(incidence, width) AS 1 - exp(ln(1 - incidence) * exp(-width));
CREATE OR REPLACE MACRO metrics.log_log_high(incidence, width) AS 1 - exp(ln(1 - incidence) * exp(width));

-- What none, or all, of n say: a probability that gives this with 2.5 % (Clopper & Pearson, Biometrika 26 (1934) 404).
CREATE OR REPLACE MACRO metrics.none_of(n) AS CASE WHEN n > 0 THEN 1 - pow(0.025, 1.0 / n) END;
CREATE OR REPLACE MACRO metrics.all_of(n) AS CASE WHEN n > 0 THEN pow(0.025, 1.0 / n) END;

-- Of a cell of n waits: the interval of an incidence, with at_risk still waiting.
CREATE OR REPLACE MACRO metrics.incidence_low(incidence, variance, n) AS
    CASE
        WHEN incidence <= 1e-12 THEN 0.0
        WHEN incidence >= 1 - 1e-12 THEN least(metrics.all_of(n), incidence)
        ELSE least(metrics.log_log_low(incidence, metrics.log_log_width(incidence, variance)), incidence)
    END;
CREATE OR REPLACE MACRO metrics.incidence_high(incidence, variance, at_risk) AS
    CASE
        WHEN incidence <= 1e-12 THEN metrics.none_of(at_risk)
        WHEN incidence >= 1 - 1e-12 THEN 1.0
        ELSE greatest(metrics.log_log_high(incidence, metrics.log_log_width(incidence, variance)), incidence)
    END;
