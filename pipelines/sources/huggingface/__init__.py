"""The Hugging Face Hub: models, Spaces, discussions, what trends, and listings of the whole Hub; `client` asks.

The Hub keeps no history, so each stream is a snapshot a day: `columns` says what a model's row holds,
`pipelines.sources.changes` writes only what has changed, `asked` says how much one fetch may ask model by model.
"""
