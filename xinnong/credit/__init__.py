"""Credit policy and lines."""
