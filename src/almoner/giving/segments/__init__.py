"""Segments: whom a campaign asks, each with its code, and what they gave."""
