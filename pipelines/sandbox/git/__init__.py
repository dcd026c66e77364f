"""The simulated repositories: `history` plans who commits when, `writer` makes bare git repositories of it."""
