/*+++
title = "Agent projects grow faster than model projects."
kind = "state"
said_by = "Press on open-source agents: the year of the agent"
said_on = "2026"
source = "https://qubittool.com/blog/open-source-ai-agent-ecosystem-guide"
speaks_of = [2026-01-01, 2026-06-30]
refuted_by = "The forks of model projects growing faster than those of agent projects, by a difference whose 95 % interval is above zero."
needs = "the fork growth of agent and of model projects in one month"
caveats = [
  "Growth in per cent: what is small grows faster more easily.",
  "Forks of the catalogued repositories only, and a fork is cheap.",
  "Decided by the 95 % interval of the difference, from nine tenths of the repositories of both layers.",
]
+++*/
WITH compared AS (
    SELECT
        a.period,
        a.value AS agents,
        a.low AS agents_low,
        a.high AS agents_high,
        m.value AS models,
        m.low AS models_low,
        m.high AS models_high,
        least(a.covered, m.covered) AS covered,
        -- interval of the difference, recovered from the two (Zou & Donner, Stat. Med. 27 (2008) 1693)
        a.value - m.value - sqrt(pow(a.value - a.low, 2) + pow(m.high - m.value, 2)) AS difference_low,
        a.value - m.value + sqrt(pow(a.high - a.value, 2) + pow(m.value - m.low, 2)) AS difference_high
    FROM metrics.fork_growth AS a
    JOIN metrics.fork_growth AS m ON m.period = a.period AND m.series = a.series
    WHERE
        a.entity_id = 'layer:agent'
        AND m.entity_id = 'layer:model'
        AND a.series = ''
        AND a.value IS NOT NULL
        AND m.value IS NOT NULL
        AND coalesce(a.flag, '') NOT LIKE '%incomplete month%'
        AND coalesce(m.flag, '') NOT LIKE '%incomplete month%'
)
SELECT
    CAST(c.period_end - INTERVAL 1 DAY AS DATE) AS day,
    CASE WHEN x.difference_low > 0 THEN TRUE WHEN x.difference_high < 0 THEN FALSE END AS holds,
    x.covered,
    concat(
        'forks, % a month: agents ', CAST(CAST(x.agents AS DECIMAL(9, 2)) AS VARCHAR), ' (',
        CAST(CAST(x.agents_low AS DECIMAL(9, 2)) AS VARCHAR), ' to ', CAST(CAST(x.agents_high AS DECIMAL(9, 2)) AS VARCHAR),
        '), models ', CAST(CAST(x.models AS DECIMAL(9, 2)) AS VARCHAR), ' (',
        CAST(CAST(x.models_low AS DECIMAL(9, 2)) AS VARCHAR), ' to ', CAST(CAST(x.models_high AS DECIMAL(9, 2)) AS VARCHAR), ')'
    ) AS evidence
FROM compared AS x
JOIN catalogue.calendar AS c ON c.period = x.period
