"""The simulated public rankings: `growth` says how stars and forks grow, `counters` writes them down day by day."""
