"""Features of households: declarations, batch and reference."""
