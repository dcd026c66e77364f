"""Dashboards: one .py = one page."""
