"""Checks and repairs of delivered rows: generated SQL, a slow reference, one registry of codes."""
