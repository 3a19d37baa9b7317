"""Stripe: cards and bank debits through an account of the organization's own, and what Stripe says happened since."""
