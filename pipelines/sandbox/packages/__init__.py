"""The simulated packages service: `market` is the packages' life and truth, `server` its look-up on 127.0.0.1."""
