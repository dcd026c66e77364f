"""Metrics: one .sql = one metric."""
