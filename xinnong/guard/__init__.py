"""Guard: events of feeds, detection of account gangs, cases and joint orders of the police."""
