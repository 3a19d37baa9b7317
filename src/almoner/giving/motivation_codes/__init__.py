"""Motivation codes: why somebody gave, in the organization's own words."""
