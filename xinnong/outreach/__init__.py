"""Trusted outreach: channels, teams, agents, activities, documents, and what anybody may check."""
