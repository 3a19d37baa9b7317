"""The database: servers, transactions of one organization, migrations, statements kept in .sql files."""

from almoner.platform.database.connection import Connection, Server, Snapshot, Tx, open_server
from almoner.platform.database.pages import in_order, read_page
from almoner.platform.database.plans import joined_as_sets
from almoner.platform.database.queries import Statement, load_queries
from almoner.platform.database.servers import Database, open_database
from almoner.platform.database.tenants import Tenants

__all__ = [
    "Connection",
    "Database",
    "Server",
    "Snapshot",
    "Statement",
    "Tenants",
    "Tx",
    "in_order",
    "joined_as_sets",
    "load_queries",
    "open_database",
    "open_server",
    "read_page",
]
