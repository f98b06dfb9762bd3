"""Reads of the workbench, the household page and one's own file; all run inside accounts.scoped."""
