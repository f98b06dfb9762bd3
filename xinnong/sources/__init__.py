"""What departments deliver: batches, their reports, and the pages of a data steward."""
