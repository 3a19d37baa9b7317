"""Fields that an organization adds to its records: what they are, what a record has in them, and how they are asked for and told.

Each product keeps its own definitions; the rules are these.
"""
