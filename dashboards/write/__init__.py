"""Writes the site.

`site` builds it page by page, `render` fills templates in every language, `data` writes what charts draw, `search` the
index behind the search field, `scripts` the words of the scripts.
"""
