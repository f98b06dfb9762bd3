"""Operators, institutions, users, roles, and the scope every transaction runs in."""
