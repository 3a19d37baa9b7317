"""Payments: the gateway protocol and the deterministic sandbox behind it."""
