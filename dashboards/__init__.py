"""Dashboards: the last room. The published DuckDB file goes in, a folder of plain files that opens from disk comes out.

    read     asks the published file: the only door between the warehouse and the pages
    draw     charts, figures, small charts, badges' shapes, the theme
    parts    what several pages show: profiles, answers, notices, entities
    pages    one .py = one page, declared by `model.Page`
    write    templates rendered, data files, the search index: the site itself
    texts    every word of the site in its languages, and values as text

What belongs here: how numbers are shown. What does not: how they are computed (`metrics`), and everything before.
`model` is what a page declares; it touches no data.
"""
