"""Contacts: households and organizations, their people, how to reach them, and what they gave."""
