"""Gifts that were noted under the wrong donor, moved to the one who gave them, with who moved them when and why."""
