"""The demo's book of loans with a history: who borrows what and when, and how they pay."""
