"""Products, applications, loans and their servicing."""
