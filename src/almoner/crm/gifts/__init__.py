"""Gifts: what a contact gave, with the projects it was designated to."""
