"""Planned gifts: what a contact leaves or intends to give later, and the gifts that came of it."""
