"""Receipts of gifts, the letters that bring them, and statements of a year (docs/decisions/0041-receipts.md)."""
