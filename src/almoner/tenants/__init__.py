"""Whole tenants: an organization made ready in both products, and the choice of one."""
