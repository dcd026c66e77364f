"""Assets: source → asset, .sql → asset, page → asset, and the published file between the last two.

What belongs here: what each asset shows in the UI (`table_specs`, `checks`, `charts`) and what its step does
(`sources`, `tables`, `published`, `pages`; `outcomes` for steps that make several assets).
What does not: the work itself (`pipelines.ingestion`, `pipelines.warehouse`, `pipelines.publication`, `dashboards`),
and when it is done (`pipelines.orchestration.automation`).
Data does not pass through Dagster: a step leaves it in the lake, the working file or the site, and tells what it did.
"""
