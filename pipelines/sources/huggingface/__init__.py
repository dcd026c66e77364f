"""The Hugging Face Hub: models, Spaces, discussions, what trends, and listings of the whole Hub; `client` asks.

The Hub keeps no history, so each stream is a snapshot a day: `columns` says what a model's row holds, `changes` that
only what has changed is written, `asked` how much one fetch may ask model by model.
"""
