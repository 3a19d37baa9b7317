"""Fields that an organization adds to its donors. What is common to all products is in `platform/custom_fields`."""
