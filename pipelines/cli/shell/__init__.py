"""What stands between a command and the terminal: options, help, errors as messages, progress. Knows no pipeline."""
