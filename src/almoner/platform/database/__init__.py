"""The database: connections, transactions of one organization, migrations, statements kept in .sql files."""

from almoner.platform.database.connection import Connection, Database, Snapshot, Tx, open_database
from almoner.platform.database.pages import in_order, read_page
from almoner.platform.database.queries import Statement, load_queries

__all__ = [
    "Connection",
    "Database",
    "Snapshot",
    "Statement",
    "Tx",
    "in_order",
    "load_queries",
    "open_database",
    "read_page",
]
