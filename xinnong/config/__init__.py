"""Settings, addresses, server entry, logs and the embedded database server."""
