"""Gift asks: what a contact was asked for, and the gifts that came of it."""
