"""The `ecotone` command: `main` says how each command is called, and one module a command says what it does.

What belongs here: arguments, words on the terminal, exit codes.
What does not: work that a Dagster asset does as well (`pipelines.orchestration` and below).
Rooms inside: `shell` (what every command has between itself and the terminal), `reports` (what several commands tell),
`checkup` (what `doctor` looks at), `worlds` (what an installation is fed from when it is not the world outside).
"""
