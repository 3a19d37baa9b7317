"""Grants: what an organization is applied to for, and the gifts that came of it."""
