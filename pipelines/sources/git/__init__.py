"""git: histories of default branches, without an account. `client` runs git, `commits` is the stream."""
