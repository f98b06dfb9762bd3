"""Pages of this app, by who opens them."""
