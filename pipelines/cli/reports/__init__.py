"""What several commands tell: of a run, of streams, of GitHub's budget, of the published file. Read, never changed."""
