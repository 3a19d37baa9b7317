"""What the caller may do, as the CRM's API shows it."""
