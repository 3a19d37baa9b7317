"""Gifts as they are read. Only give makes one; nothing edits one."""
