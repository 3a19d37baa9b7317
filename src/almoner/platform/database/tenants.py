"""What opens transactions of organizations, for who needs nothing else of a database."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from almoner.platform.database.connection import Tx


class Tenants(Protocol):
    """A database or a server: what opens an organization's transaction."""

    def tenant(self, organization_id: int) -> AbstractAsyncContextManager[Tx]:
        """A transaction of the organization."""
        ...
