"""What migrations compute with, as it was when they were written: a migration that ran must do the same for whoever comes to it later.

Files here are copies with the day in their name. None is ever edited; `tests/architecture/test_migrations.py` has their digests.
"""
