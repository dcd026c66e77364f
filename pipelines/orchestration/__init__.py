"""Orchestration: all that knows Dagster, by its public interface alone (`storage` is the one exception, and says so).

What belongs here: definitions, assets and their checks (the room `assets`), partitions, automation, resources and the
locks that runs take (`locks` says in which order), launching runs, telling dead runs from living ones (`runs`), the
installation that assets work on, and making a publication again to verify it.
What does not: what can be done without Dagster (the rooms below), and words for the terminal (`pipelines.cli`).
Data does not pass through here: assets have it moved from room to room, and tell Dagster what was done.
"""
