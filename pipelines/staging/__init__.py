"""Staging: one .sql = one entity; GitHub and the Hub meet here.

    fact/*.sql          what a stream brought, merged from new batches only, with the keys that the source gave
    *.sql               schema `staging`: facts under the identities that people query
    catalogue/*.sql     what is measured
    ops/*.sql           what was observed
    macros/*.sql        SQL that several of them share; temporary, never published
    rules/              what was curated by hand: bots and agents, organisations, licences, declared people

What belongs here: what a row is, who is the same person or repository, what was observed of it.
What does not: numbers (`metrics`), when a table is made again (`pipelines.warehouse`).
A file is a TOML front matter and the statements that make one table or view, `<schema>.<file name>`. In `fact/`, the
new batches of a stream `git/commits` are the relation `new_git_commits`; what Python knows (catalogue, rules, manifest)
comes as the relations `input_*` of `pipelines.staging.inputs`.
"""

from __future__ import annotations

from pipelines.staging.entities import SCHEMAS, Entity, load, macros, upstream

__all__ = ["SCHEMAS", "Entity", "load", "macros", "upstream"]
