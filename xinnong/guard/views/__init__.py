"""Pages of guard, by subject."""
