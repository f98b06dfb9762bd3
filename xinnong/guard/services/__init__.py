"""The only writers of guard; each function is one transaction with its audit entry."""
