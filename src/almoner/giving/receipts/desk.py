"""What writes and sends receipts on one server: workers that run by themselves, or, in tests and commands, when told to."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from typing import Any

from almoner.giving.receipts.issuer import ReceiptIssuer
from almoner.giving.receipts.mailer import ReceiptMailer
from almoner.giving.receipts.statements import StatementRunner
from almoner.kernel.clock import Clock
from almoner.platform.database import Server
from almoner.platform.mail import Line
from almoner.platform.pace import Load, Pace
from almoner.platform.settings import Settings


class ReceiptDesk:
    """The issuer, mailer and statement runner of a server. What they do may wait: they make room for who is served meanwhile."""

    def __init__(self, server: Server, clock: Clock, settings: Settings, load: Load, line: Line) -> None:
        """`receipt_workers` of `settings` says how many issuers run, beside one mailer and one runner; 0 runs none of them.
        `line` is the way out of the whole process."""
        self._pace = Pace(load)
        self._workers = settings.receipt_workers
        self.issuer = ReceiptIssuer(server, clock, settings.mail_from)
        self.mailer = ReceiptMailer(server, clock, settings, line=line)
        self.runner = StatementRunner(server, clock, settings.mail_from, settings.mail_per_second)

    def works(self) -> Iterator[Coroutine[Any, Any, None]]:
        """What is to run beside the rest, to be cancelled at the end."""
        if self._workers:
            yield self.mailer.run(self._pace)
            yield self.runner.run(self._pace)
        for _ in range(self._workers):
            yield self.issuer.run(self._pace)

    async def settle(self) -> None:
        """Write, and send, everything that is due now."""
        while await self.issuer.look() + await self.runner.look() + await self.mailer.look():
            pass
