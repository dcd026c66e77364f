"""GitHub: one file a stream; `client` asks, `queries` holds the GraphQL documents.

A listing (issues, change requests, forks, stargazers, releases, discussions) is a `listing.Listing`: its query, its
orders, and how a node becomes rows. `walk` goes through it, `state` remembers where it stands, `subjects` says whose it
is, `columns` reads people, times and ids. Accounts, community and repositories are asked for in other ways.
How many nodes a page has, and when it is halved: `client/pages.py`. What a refusal means: `client/errors.py`.
"""
