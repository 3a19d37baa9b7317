"""Tributes: in whose honour or memory somebody gives."""
