"""Ingestion: runs sources over projects and writes what they bring to the lake.

What belongs here: which subject is fetched by which thread, what becomes of one that fails, when "nothing new" is
noted, the record of the catalogue that was in force.
What does not: how a system is asked (`pipelines.sources`), how a batch is written (`pipelines.lake`), runs and
partitions (`pipelines.orchestration`).
Data passes from a source's `fetch` to `Lake.append`; what became of each subject goes back as an `Outcome`.
"""
