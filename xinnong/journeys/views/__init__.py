"""Pages of this app, one module for each subject."""
