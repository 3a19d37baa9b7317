"""Segments: groups of contacts that a communication goes to, by whose code a gift tells what it answers."""
