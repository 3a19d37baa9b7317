"""Which gateway an organization's payments go through."""

from __future__ import annotations

from typing import Protocol

from almoner.giving.payments.rules import Gateway, may_know


class OwnGateways(Protocol):
    """Gateways that organizations have set up for themselves."""

    async def of(self, organization_id: int) -> Gateway | None:
        """The gateway that this organization has set up; None when it has none."""
        ...

    def step(self, currency: str) -> int:
        """Amounts that they take and give back are multiples of so many minor units."""
        ...


class Gateways:
    """The gateway of each organization: its own where it has set one up, else the one that everybody has."""

    def __init__(self, everybodys: Gateway, own: OwnGateways | None = None) -> None:
        self._everybodys = everybodys
        self._own = own

    async def chosen(self, organization_id: int, *, is_test: bool) -> Gateway:
        """The gateway for a new payment. A test gift never reaches an account that takes real money."""
        own = await self._of(organization_id)
        return self._everybodys if own is None or (is_test and not own.is_test) else own

    async def named(self, organization_id: int, name: str, account: str | None) -> Gateway | None:
        """The gateway that an earlier payment of the organization went through; None when it has none of this name, or another account, by now."""
        if name == self._everybodys.name:
            return self._everybodys
        own = await self._of(organization_id)
        if own is None or own.name != name:
            return None
        return own if may_know(own.account_name, account) else None

    def step(self, name: str, currency: str) -> int:
        """Amounts that the gateway of this name takes and gives back are multiples of so many minor units of `currency`."""
        return 1 if self._own is None or name == self._everybodys.name else self._own.step(currency)

    async def _of(self, organization_id: int) -> Gateway | None:
        return None if self._own is None else await self._own.of(organization_id)
