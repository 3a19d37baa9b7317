"""The receipts of a house, written and sent when told, into a folder of the test."""

from __future__ import annotations

from collections.abc import Container
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from almoner.giving.receipts.issuer import ReceiptIssuer
from almoner.giving.receipts.mailer import ReceiptMailer
from almoner.kernel.clock import Clock
from almoner.platform.database import Connection, Server
from almoner.platform.events.reader import Event
from almoner.platform.mail import MailTransport
from almoner.platform.mail.transport import FileOutbox
from tests.support.house import House, Tenant


class _OwnIssuer(ReceiptIssuer):
    """Reads the whole log and writes for a test's own organizations: the gifts of thousands of tests before would take minutes."""

    def __init__(self, server: Server, clock: Clock, own: Container[int]) -> None:
        super().__init__(server, clock, "")
        self._own = own

    async def _write(self, conn: Connection, organization_id: int, events: list[Event]) -> None:
        if organization_id in self._own:
            await super()._write(conn, organization_id, events)


class Desk:
    """Writes and sends the receipts of a house's organizations, by a clock of its own where one is given."""

    def __init__(
        self, house: House, folder: Path, clock: Clock | None = None, transport: MailTransport | None = None
    ) -> None:
        app = house.app
        at = clock or app.clock
        self.folder = folder
        self.runners = [station.receipts.runner for station in app.stations]
        self.issuers = [_OwnIssuer(station.server, at, house.sync.own) for station in app.stations]
        self.mailers = [
            ReceiptMailer(station.server, at, app.settings, transport or FileOutbox(folder))
            for station in app.stations
        ]

    async def issue(self) -> None:
        """Read the logs to their end."""
        for issuer in self.issuers:
            while await issuer.look():
                pass

    async def settle(self) -> None:
        """Write, and send, all that is due."""
        await self.issue()
        workers: list[Any] = [*self.runners, *self.mailers]
        for worker in workers:
            while await worker.look():
                pass

    def mail(self, tenant: Tenant) -> list[EmailMessage]:
        """What was sent to donors of an organization, in the order of the letters."""
        files = sorted(self.folder.glob(f"{tenant.id}-*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


async def receipts(tenant: Tenant, **filters: Any) -> list[Any]:
    """The receipts of an organization, the first first."""
    page = await tenant.raise_.get("/raise/api/Receipt/list", SortBy="Id", Take=1000, **filters)
    items: list[Any] = page["items"]
    return items
