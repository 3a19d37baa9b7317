"""Donation forms: what one offers, and what a gift by it is unless it says otherwise."""
