"""git: histories of default branches, without an account.

What belongs here: `commits`, `mailmap` and `ai_notes` are the streams. `client` keeps a mirror, `process` runs git
within limits, `address` says where a history is and who may be told the token. `columns` makes rows of git's fields;
`messages` (with ai_tools.toml) and `names` (with names.toml) let pass of them what may be stored.
Data passes from a remote through a mirror to tables without a name or an address.
"""
