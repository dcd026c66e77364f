"""What is asked of GitHub: one GraphQL document a file, each valid by GitHub's own schema (a test sees to it)."""
