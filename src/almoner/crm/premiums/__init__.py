"""Premiums: what givers get in return, with its stock."""
