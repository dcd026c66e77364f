"""The simulated GitHub: `world` is what happens there, as plain facts; `server` answers questions about it."""
