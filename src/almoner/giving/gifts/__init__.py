"""Gifts: read, and corrected. Only give makes one."""
