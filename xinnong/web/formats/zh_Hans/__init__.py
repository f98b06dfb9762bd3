"""Formats of zh-hans."""
