"""Asks the published file, and nothing else does.

`publication` opens it, `series` and `curves` are what charts draw, `coverage` tells what pages rest on. Nothing here
writes or draws. Data passes from SQL to plain values, in an order that does not depend on the file.
"""
