"""Donors: found or made by e-mail when they give."""
