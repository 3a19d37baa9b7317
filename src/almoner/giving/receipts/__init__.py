"""Receipts of gifts, the letters that bring them, and statements of a year (docs/decisions/0039-receipts.md)."""
