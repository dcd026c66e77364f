"""GitHub's protocol: paging, budgets, limits, retries, errors. It knows neither Dagster nor DuckDB nor what rows mean.

`client.GitHub` is what streams ask. A question passes through `documents` (parsed, priced), `budget` (which account may
spend it, and when), `attempts` (again, or not: `errors` decides) and `transport` (HTTP); REST goes by `rest` instead.
"""
