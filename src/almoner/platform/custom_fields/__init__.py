"""What records have in fields that an organization adds to them: how it is read, kept, told and asked for.

What such a field is stands in `kernel/custom_fields.py`; each product keeps its own definitions.
"""
