"""Scorecards and the scores computed with them."""
