"""Draws: `charts` (Vega-Lite, by altair), `figures` (a chart with its words), `sparks` (SVG), `theme` (how they look).

The band of a chart is the columns `low` and `high` of its metric, which the metric's SQL computes: `charts` has a layer
for it, assets/chart.js says which points it joins and how faint it is, `theme` has its colour. Data passes from
`dashboards.read` to specifications and markup.
"""
