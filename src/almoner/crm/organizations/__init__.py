"""The organisation a token belongs to, as the CRM's API shows it."""
