"""How GitHub's listings are walked: newest first, then their news, and what has left them.

What belongs here: what a source says of its listing (`listing`), where its walks stand (`state`), how far back a run
goes (`goals`) and whose turn it is (`turns`), pages and rows (`paging`), a walk on from page to page (`walking`), what
the lake holds and what of it is gone (`held`), and which walks there are to do (`walk`).
What does not: what a node of one listing looks like (`issues.py` and its neighbours), how GitHub is asked (`client`).
Data passes from the client's pages to batches, each with the state from which the next run goes on.
"""
