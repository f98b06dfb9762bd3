"""Reading deliveries: any of the file forms departments use, as one canonical stream of rows."""
