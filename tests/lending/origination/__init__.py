"""From application to a contract that can be drawn on."""
