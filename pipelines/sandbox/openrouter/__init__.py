"""The simulated OpenRouter: `usage` is its life and truth, `server` its data API on 127.0.0.1."""
