"""From the catalogue to the published DuckDB file.

The folders, in the order in which data passes through them:

    catalogue      what is measured: ecosystems.toml, read and checked
    sources        one folder = one system of the world, one file in it = one stream of facts
    ingestion      runs sources over projects and writes what they bring to the lake
    lake           immutable Parquet batches and their manifest
    staging        one .sql = one entity; GitHub and the Hub meet here
    warehouse      builds tables from the lake, and knows what has changed
    publication    from the working file to the published one, its export, record and revisions
    orchestration  all that knows Dagster
    cli            the `ecotone` command, one module a command
    sandbox        a world with known truth, and servers of it; nothing of the above knows of it but `cli`

Imports go the other way only; `[tool.importlinter]` in pyproject.toml is the contract. Beside the folders lie what all
of them may use: `settings` (addresses, tokens, the clock), `errors` (one tree), `progress` (who is told what goes on).
"""
