"""Facts, features and six-dimension profiles of households."""
