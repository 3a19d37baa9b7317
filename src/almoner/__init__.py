"""Almoner: online giving and a donor CRM, kept in step by a one-way sync that can be proved."""

__version__ = "0.1.0"
