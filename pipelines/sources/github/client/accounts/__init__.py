"""Who asks.

Tokens and Apps are `credentials` and `keyring`, whose they are `owners`; what each account may still spend is `budget`
(points) and `processor` (GitHub's processor time).
"""
