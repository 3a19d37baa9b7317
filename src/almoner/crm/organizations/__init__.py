"""The organizations of a caller, which of them a token works in, and what the caller may do there, as the CRM's API shows it."""
