"""Linking: persons, households and organisations from delivered rows."""
