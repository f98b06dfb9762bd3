"""Pages of lending, by topic."""
