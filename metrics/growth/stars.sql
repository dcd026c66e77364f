/*+++
title = "Stars"
question = "How many accounts have starred it, and how many are new?"
unit = "stars"
definition = """
The counter that GitHub shows, at the end of the month: each repository's last snapshot in the month, summed over the
entity's repositories. A repository that was seen before but not in this month keeps its last known level, so that a
gap in the listing is never a fall, and the flag tells which part of the total was seen; if less than nine tenths were,
the total is NULL. A repository that is seen for the first time joins the total from then on: the flag tells the
coverage of the catalogued repositories. Series `new:counter` is the difference between two month ends, of the
repositories seen at both, so one that joins is not growth; NULL if they held less than nine tenths of the earlier
total. `n` is the number of daily snapshots in the month.
"""
source = "CHAOSS, Project Popularity: https://chaoss.community/kb/metric-project-popularity/"
caveats = [
  "A counter forgets what is deleted: new minus deleted is what is seen.",
  "A star is a bookmark, and stars are bought and given away in campaigns.",
  "A month whose last snapshot is more than a week before its end is flagged as early, and its neighbour gains what it lacks.",
]

[columns]
snapshot_day = "day of the last snapshot in the month; the earliest of them where repositories differ"
+++*/
SELECT entity_id, period, series, value, n, low, high, complete, reason, flag, snapshot_day
FROM metrics.counter_rows('stars')
