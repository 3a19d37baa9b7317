"""Campaigns: efforts of some months that projects belong to, with goals and what came towards them."""
