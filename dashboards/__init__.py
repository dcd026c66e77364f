"""Dashboards: the last room. The published DuckDB file goes in, a folder of plain files that opens from disk comes out.

    read     asks the published file: the only door between the warehouse and the pages
    draw     charts, figures, small charts, badges' shapes, the theme
    parts    what several pages show: profiles, answers, notices, entities
    pages    one .py = one page, declared by `page.Page`
    write    templates rendered, data files, the search index: the site itself
    texts    every word of the site in its languages, and values as text

Beside the folders: `page` and `chart` (what a page and a chart declare; they touch no data), `streams` (names of the
sources' streams, for source lines), `files` (a file is replaced whole or not at all). `templates` and `assets` hold
what `write` fills in and copies: HTML, scripts, styles.

What belongs here: how numbers are shown. What does not: how they are computed (`metrics`), and everything before. An
interval is a number too: `low` and `high` are columns of a metric's table.
"""
