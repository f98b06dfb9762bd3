"""What happens around a loan after it was drawn."""
