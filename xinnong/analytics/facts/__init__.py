"""Facts of households: sources, survivorship, what lost out."""
