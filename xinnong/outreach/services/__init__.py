"""What this app writes; each command is one transaction with its audit entry."""
