"""Recorded real data as an installation's input: what a folder holds, and how to run over each of its days.

What belongs here: reading what others have recorded or exported, in the layout of docs/recorded.md, telling what is
wrong with it, and the export of a simulated GitHub in that layout.
What does not: servers (`sandbox.github`, `sandbox.huggingface`), and whatever a source does with an answer.
Data passes from files by way of `lines` (texts), `records` (what a line may hold), `making` (facts) and `reading` (one
repository) to `github` (all of them); `hub` reads the Hub's days; `folder` puts it together. Nothing is copied: bundles
and rankings are read where they lie. What a recording does not show was not observed; `Recording.listings_on` says what
it shows, and up to when.
"""

from pipelines.sandbox.recorded.folder import Recording, recording

__all__ = ["Recording", "recording"]
