"""The embedded PostgreSQL server: finding its programs, making its database, starting and stopping it."""

from almoner.platform.postgres.binaries import Binaries, find_binaries
from almoner.platform.postgres.errors import AlreadyRunning, PostgresError, PostgresNotFound, StartFailed
from almoner.platform.postgres.runner import Addresses, PostgresRunner, running_addresses, running_dsn

__all__ = [
    "Addresses",
    "AlreadyRunning",
    "Binaries",
    "PostgresError",
    "PostgresNotFound",
    "PostgresRunner",
    "StartFailed",
    "find_binaries",
    "running_addresses",
    "running_dsn",
]
