"""Designations of gifts as records of their own, for reports over many gifts."""
