"""The simulated repositories: `history` plans who commits when, `writer` makes bare git repositories of it.

`server` serves repositories over HTTP, with faults by name.
"""
