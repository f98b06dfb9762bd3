"""Reads of guard, by subject."""
