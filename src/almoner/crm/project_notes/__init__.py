"""Notes about projects."""
