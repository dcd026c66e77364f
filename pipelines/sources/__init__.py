"""Sources: what is peculiar to each system of the world. One folder = one system, one file in it = one stream of facts.

What belongs here: how a system is asked (its `client`), and how its answers become typed rows. A module that defines
`SOURCE` is found by looking (`discovery`); to take a system out is to delete its folder.
What does not: which subjects are fetched in which order, and what is written down of it (`pipelines.ingestion`); what
rows of two systems mean together (`pipelines.staging`).
Data passes from a client's answers to tables (`contract.Batch`). Shared by the systems: `contract`, `columns` (types of
columns), `untrusted` (values that strangers wrote), `people_keys` (no e-mail address passes), `recorded_days`.
"""

from __future__ import annotations

from pipelines.sources.contract import Batch, Reader, Request, Source, State
from pipelines.sources.discovery import discover

__all__ = ["Batch", "Reader", "Request", "Source", "State", "discover"]
