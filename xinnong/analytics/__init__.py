"""Batch work without Django: contracts, reading, linking, features, scores."""
