"""Rows of each class, as the departments know them: one module per department."""
