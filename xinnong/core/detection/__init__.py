"""Detection of account gangs: rules over a stream of events, exact and the same in every replay."""
