"""Contacts: households and organisations, their people, how to reach them, and what they gave."""
