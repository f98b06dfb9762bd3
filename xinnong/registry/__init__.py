"""Parties: persons, households and organisations, and the runs that link them."""
