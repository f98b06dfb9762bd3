"""What was done by whom: an append-only log, one entry per command."""
