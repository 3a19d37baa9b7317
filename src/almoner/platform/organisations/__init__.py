"""Organisations (tenants) and their API keys: hashed, scoped, revocable."""
