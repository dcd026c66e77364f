"""A GitHub on 127.0.0.1.

A request passes from `server` (HTTP, latency) to `answer` (tokens, `limits`, `faults`), then to `execution`
(graphql-core over schema.graphql; `cost` in points, `resolvers`, `roots`) or to `rest`; both ask `shown`, a world as of
its now, made of `rows`, `threads` and `pages`.
"""
