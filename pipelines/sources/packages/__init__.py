"""Package registries, as ecosyste.ms' packages service gathers them: downloads, dependents, advisories, releases.

The service keeps no history of counts, so the stream is a snapshot a day, written as `pipelines.sources.changes`.
`client` asks it, or reads what was recorded of it (`recorded`); `reading` turns what strangers wrote into rows.
Its data is licensed CC BY-SA 4.0: it stays in tables of its own, which say so.
"""
