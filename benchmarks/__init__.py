"""Benchmarks: what a user waits for, measured beside what else they could use. Run from a checkout by `make bench`.

Data flows in from the recorded or generated inputs and out as Markdown; nothing in the product imports this room.
"""
