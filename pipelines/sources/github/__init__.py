"""GitHub: one file a stream; `client` asks, `queries` holds the GraphQL documents.

A listing (issues, change requests, forks, stargazers, releases, discussions) is a `Listing`: its query, its orders, and
how a node becomes rows; `listings` goes through it. `subjects` says whose it is, `columns` reads people, times and ids,
`events` and `agents` what is kept of timelines and branches, `outlook` says what is still to come. Accounts, community
and repositories are asked for in other ways.
How many nodes a page has, and when it is halved: `client/pages.py`. What a refusal means: `client/errors.py`.
"""
