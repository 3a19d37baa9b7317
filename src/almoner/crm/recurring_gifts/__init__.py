"""Recurring gifts: promises to give again and again, as another system tells them."""
