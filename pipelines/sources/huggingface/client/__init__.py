"""The Hub's protocol: pages, limits, retries, and the reading of its answers into plain typed values."""
