"""Measurements that compare two shapes of the same thing before one is chosen."""
