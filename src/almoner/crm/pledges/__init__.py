"""Pledges: money that a contact promised, the payments in which it is to come, and what came."""
