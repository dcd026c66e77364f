"""Draws: `charts` (Vega-Lite, by altair), `figures` (a chart with its words), `sparks` (SVG), `theme` (how they look).

The band of a chart is a layer in `charts`; its colours stand in `theme`. Data passes from `dashboards.read` to
specifications and markup.
"""
