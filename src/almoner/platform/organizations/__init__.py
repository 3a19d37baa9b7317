"""Organizations (tenants) and their API keys: hashed, scoped, revocable."""
