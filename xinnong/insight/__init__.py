"""Read-only dashboards over summary tables."""
