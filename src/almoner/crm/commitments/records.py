"""What contacts promise, plan and are asked for: one kind of it, how it is noted, changed and read. Each kind says its own rules and its view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Generic, Protocol, TypeVar, get_type_hints

from almoner.crm.commitments.applied import gifts_of
from almoner.crm.commitments.reading import keep_merges, referred, strange
from almoner.crm.custom_fields.service import fields_of, parameters_of
from almoner.crm.custom_fields.values import Fields
from almoner.crm.events import LOG
from almoner.crm.gifts.views import GiftView
from almoner.kernel.clock import local_day
from almoner.kernel.errors import FieldError, found, only, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, read_page
from almoner.platform.database.queries import Queries
from almoner.platform.query import Catalog, Found, Parameter, QueryBody, Window, run_query
from almoner.platform.records import Table
from almoner.platform.telling import read_rows, tell_rows
from almoner.platform.wire import View

V = TypeVar("V", bound=View)
V_co = TypeVar("V_co", bound=View, covariant=True)


class Check(Protocol):
    """The rule of a kind: the columns, its segment aside, of the fields `said`, amounts in `currency`; `Invalid` names the broken ones."""

    def __call__(
        self,
        said: Mapping[str, Any],
        currency: str,
        today: date,
        was: Mapping[str, Any] | None = None,
        /,
        *,
        fields: Fields,
    ) -> dict[str, Any]: ...


class Tell(Protocol[V_co]):
    """The view of a kind, of a row of its statement `records`; links lead to the API at `crm_url`."""

    def __call__(self, row: Any, /, crm_url: str) -> V_co: ...


class Commitments(Table, Generic[V]):
    """The records of one kind, in `table`, whose contact is in `contact_id`.

    `queries` has three statements: `records` reads what the view tells, `row^` the bare row, `chosen_of_contact` names a page of one contact's.
    """

    def __init__(
        self, table: str, record_type: str, queries: Queries, view: Tell[V], check: Check, catalog: Catalog
    ) -> None:
        """`record_type` names the kind where custom fields are defined."""
        super().__init__(LOG, table, key="contact_id")
        self._table, self._kind, self._record_type = table, table.partition(".")[2], record_type
        self._queries, self._view, self._check, self._catalog = queries, view, check, catalog
        self._shape: type[V] = get_type_hints(view)["return"]
        self.what = self.what.removesuffix(" award")

    async def read(self, tx: Tx, ids: Sequence[int], crm_url: str) -> list[V]:
        """Records in the order of `ids`; unknown ids are left out. The one read of the kind. Links lead to the API at `crm_url`."""
        rows = await read_rows(self._queries.records, tx, ids)
        return await tell_rows(self._table, rows, ids, partial(self._view, crm_url=crm_url), self._shape)

    async def one(self, tx: Tx, record_id: int, crm_url: str) -> V:
        """One record; `NotFound` when this organization has none with this id."""
        return only(await self.read(tx, [record_id], crm_url), self.what, record_id)

    async def columns(
        self, tx: Tx, said: Mapping[str, Any], now: datetime, was: Any = None
    ) -> dict[str, Any]:
        """What is to be written for the fields `said`, of a new record or of one as it `was`, whose currency stays, while `keep_merges` holds.

        `Invalid` names every broken field, or a record that is not there. A contact that was merged is the one it went into.
        """
        return self._checked(
            said, tx, now, was, fields=await fields_of(tx, self._record_type)
        ) | await referred(tx, said, was)

    async def create(self, tx: Tx, said: Mapping[str, Any], now: datetime, crm_url: str) -> V:
        """Note a record of the fields `said`; raises as `columns`."""
        await keep_merges(tx)
        return await self.one(tx, await self.add(tx, await self.columns(tx, said, now), now), crm_url)

    async def replace(
        self, tx: Tx, record_id: int, said: Mapping[str, Any], now: datetime, crm_url: str
    ) -> V:
        """Let a record be what is `said`; raises as `columns`, `NotFound` when there is none with this id."""
        await keep_merges(tx)
        was = await self.row(tx, record_id)
        await self.change(tx, record_id, await self.columns(tx, said, now, was), now)
        return await self.one(tx, record_id, crm_url)

    async def row(self, tx: Tx, record_id: int) -> Any:
        """The bare row; `NotFound` when this organization has none with this id."""
        return found(await self._queries.row(tx, id=record_id), self.what, record_id)

    async def broken(
        self, tx: Tx, said: Mapping[str, Any], now: datetime, record_id: int | None = None
    ) -> list[FieldError]:
        """Everything that keeps a record, new or this one, from being what is `said`; null stands for what could not be read."""
        was = None if record_id is None else await self._queries.row(tx, id=record_id)
        fields = await fields_of(tx, self._record_type)
        return [*refused_by(self._checked, said, tx, now, was, fields=fields), *await strange(tx, said, was)]

    async def of_contact(self, tx: Tx, contact_id: int, paging: Paging, crm_url: str) -> Page[V]:
        """A page of one contact's records and how many there are."""
        tell = partial(self.read, crm_url=crm_url)
        return await read_page(tx, self._queries.chosen_of_contact, paging, tell, contact_id=contact_id)

    async def gifts(self, tx: Tx, record_id: int, crm_url: str) -> list[GiftView]:
        """The gifts that are applied to a record, in the order of their days; `NotFound` when there is no such record."""
        await self.row(tx, record_id)
        return await gifts_of(tx, self._kind, record_id, crm_url)

    async def own_parameters(self, tx: Tx) -> Mapping[str, Parameter]:
        """The organization's own fields of the kind, as parameters of a query."""
        return await parameters_of(tx, self._record_type, "k.custom_values")

    async def query(self, tx: Tx, body: QueryBody, window: Window, now: datetime, crm_url: str) -> Found[V]:
        """The records that a query wants; `BadQuery` names everything that is wrong with it."""
        tell, more = partial(self.read, crm_url=crm_url), await self.own_parameters(tx)
        return await run_query(tx, self._catalog, body, window, tell, now, more)

    def _checked(
        self, said: Mapping[str, Any], tx: Tx, now: datetime, was: Any, *, fields: Fields
    ) -> dict[str, Any]:
        home = tx.organization
        currency = home.currency if was is None else was["currency"]
        return self._check(said, currency, local_day(now, home.time_zone), was, fields=fields)
