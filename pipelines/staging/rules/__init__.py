"""What was curated by hand, with a source for each entry, as rows that SQL joins.

`machines` (who is a bot or an AI coding agent), `organizations` (which addresses and names mean one organisation),
`licenses` (what a licence allows), `people` (an installation's own people.toml). The rules only propose:
staging/person.sql decides which of them wins, and staging/affiliation.sql who works for whom. Data passes from a .toml
beside the module, or in the installation's home, to the relations `input_*` of `pipelines.staging.inputs`.
"""
