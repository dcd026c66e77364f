"""A simulated world with known truth, and loopback servers that speak the real protocols."""
