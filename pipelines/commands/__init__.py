"""What each command of `ecotone` does, one module a command; `pipelines.cli` says how each of them is called.

A command returns its exit code: 0, or another that its help names. Errors of `pipelines.errors` pass through to `main`.
"""
