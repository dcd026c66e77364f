"""Public daily rankings of GitHub: stars, forks and open issues of past days, as they were written down then."""
