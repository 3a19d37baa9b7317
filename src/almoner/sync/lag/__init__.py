"""How long gifts take to reach the CRM; those that waited for something to be mended stand apart."""
