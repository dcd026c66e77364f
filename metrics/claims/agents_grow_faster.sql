/*+++
title = "Agent projects grow faster than model projects."
kind = "state"
said_by = "Press on open-source agents: the year of the agent"
said_on = "2026"
source = "https://qubittool.com/blog/open-source-ai-agent-ecosystem-guide"
refuted_by = "The forks of model projects growing faster than those of agent projects, with intervals that do not overlap."
needs = "the fork growth of agent and of model projects in one month"
caveats = [
  "Growth in per cent: what is small grows faster more easily.",
  "Forks of the catalogued repositories only, and a fork is cheap.",
  "Where the two intervals overlap no order is claimed, which is strict: they may overlap a little though the difference is real.",
]
+++*/
SELECT
    CAST(c.period_end - INTERVAL 1 DAY AS DATE) AS day,
    CASE WHEN a.low > m.high THEN TRUE WHEN a.high < m.low THEN FALSE END AS holds,
    concat(
        'forks, % a month: agents ', CAST(CAST(a.value AS DECIMAL(9, 2)) AS VARCHAR), ' (', CAST(CAST(a.low AS DECIMAL(9, 2)) AS VARCHAR),
        ' to ', CAST(CAST(a.high AS DECIMAL(9, 2)) AS VARCHAR), '), models ', CAST(CAST(m.value AS DECIMAL(9, 2)) AS VARCHAR), ' (',
        CAST(CAST(m.low AS DECIMAL(9, 2)) AS VARCHAR), ' to ', CAST(CAST(m.high AS DECIMAL(9, 2)) AS VARCHAR), ')'
    ) AS evidence
FROM metrics.fork_growth AS a
JOIN metrics.fork_growth AS m ON m.period = a.period AND m.series = a.series
JOIN catalogue.calendar AS c ON c.period = a.period
WHERE
    a.entity_id = 'layer:agent'
    AND m.entity_id = 'layer:model'
    AND a.series = ''
    AND a.value IS NOT NULL
    AND m.value IS NOT NULL
    AND coalesce(a.flag, '') NOT LIKE '%incomplete month%'
    AND coalesce(m.flag, '') NOT LIKE '%incomplete month%'
