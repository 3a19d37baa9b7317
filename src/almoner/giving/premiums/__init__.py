"""Premiums: what donors get in return, what it is worth, and how many there are."""
