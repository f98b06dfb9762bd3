"""County, town and village by dated twelve-digit codes."""
