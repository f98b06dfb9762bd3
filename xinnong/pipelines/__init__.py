"""The county refresh: live batches to published profiles, scores and lines."""
