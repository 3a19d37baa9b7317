"""Donors who are one: merged, with what that would move told before, and parted again."""
