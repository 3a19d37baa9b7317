"""The organization a token belongs to, as the CRM's API shows it."""
