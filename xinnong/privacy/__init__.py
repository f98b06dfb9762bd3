"""Purposes, reads of persons, the vault and the declaration of every column."""
