"""What goes to GitHub and comes back.

GraphQL over HTTP is `transport`, REST by PyGithub `rest` and `rest_calls`; both are bounded in time and size
(`bounded`).
Which addresses a GitHub has is in `addresses`; requests run on the thread of `loop`.
"""
