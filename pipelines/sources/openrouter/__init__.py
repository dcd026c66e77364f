"""OpenRouter: tokens that models were used for, by day; from its data API (`client`) or files (`recorded`)."""
