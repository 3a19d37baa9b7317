"""Fields that an organization adds to its donors. What is common to all products is in `kernel/custom_fields.py` and `platform/custom_fields`."""
