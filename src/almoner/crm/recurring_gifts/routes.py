"""`/api/RecurringGift` and `/api/RecurringGiftPayment`: promises to give again and again, and their payments."""

from __future__ import annotations

from almoner.crm.commitments.views import RecurringGiftPaymentView
from almoner.crm.custom_fields.service import list_fields
from almoner.crm.custom_fields.views import CustomFieldView
from almoner.crm.gifts.errors import DesignationsRefused, TransactionTaken
from almoner.crm.recurring_gifts import payments, service
from almoner.crm.recurring_gifts.catalog import RECURRING_GIFTS
from almoner.crm.recurring_gifts.errors import AlreadySettled, Ended, OfAnotherSystem, PaymentTaken
from almoner.crm.recurring_gifts.requests import (
    CancelBody,
    DismissBody,
    ManualPaymentBody,
    RecurringGiftBody,
    RecurringGiftChangeBody,
)
from almoner.crm.recurring_gifts.service import Moment
from almoner.crm.recurring_gifts.views import RecurringGiftView
from almoner.crm.wire import CrmUrl
from almoner.kernel.clock import Clock
from almoner.kernel.errors import FieldError
from almoner.platform.database import Snapshot, Tx
from almoner.platform.http import PageQuery, Request, WithHeaders, get, post, put, routes_in
from almoner.platform.query import QueryBody, QueryOptionsView, Window, options_view
from almoner.platform.query.serving import answered, query
from almoner.platform.settings import Settings
from almoner.platform.wire import CrmPage, said


def _at(clock: Clock, settings: Settings, crm_url: CrmUrl) -> Moment:
    return Moment(clock.now(), crm_url, settings.gift_projects_max)


async def broken_in_new(
    tx: Tx, data: RecurringGiftBody, clock: Clock, settings: Settings, crm_url: CrmUrl
) -> list[FieldError]:
    """See `service.broken_in`."""
    return await service.broken_in(tx, said(data), None, _at(clock, settings, crm_url))


@post("/api/RecurringGift", "gift:write", raises=(TransactionTaken,), judge=broken_in_new)
async def create_recurring_gift(
    tx: Tx, data: RecurringGiftBody, clock: Clock, settings: Settings, crm_url: CrmUrl
) -> RecurringGiftView:
    """Make a recurring gift. The same again, by `transactionSource` and `transactionId`, is answered with the first."""
    return await service.create_recurring_gift(tx, said(data), _at(clock, settings, crm_url))


async def broken_in_change(
    tx: Tx,
    recurring_gift_id: int,
    data: RecurringGiftChangeBody,
    clock: Clock,
    settings: Settings,
    crm_url: CrmUrl,
) -> list[FieldError]:
    """See `service.broken_in`."""
    return await service.broken_in(tx, said(data), recurring_gift_id, _at(clock, settings, crm_url))


@put(
    "/api/RecurringGift/{recurring_gift_id:int}",
    "gift:write",
    raises=(OfAnotherSystem, Ended),
    judge=broken_in_change,
)
async def replace_recurring_gift(
    tx: Tx,
    recurring_gift_id: int,
    data: RecurringGiftChangeBody,
    clock: Clock,
    settings: Settings,
    crm_url: CrmUrl,
) -> RecurringGiftView:
    """Replace a recurring gift, its designations too.

    What is left out is cleared. Payments that are still open follow; what came or was dismissed stays. What another system tells is changed there.
    """
    at = _at(clock, settings, crm_url)
    return await service.replace_recurring_gift(tx, recurring_gift_id, said(data), at)


async def nothing_broken() -> tuple[FieldError, ...]:
    """Whatever is said beside is fine."""
    return ()


@put(
    "/api/RecurringGift/Cancel/{recurring_gift_id:int}",
    "gift:write",
    raises=(OfAnotherSystem,),
    judge=nothing_broken,
)
async def cancel_recurring_gift(
    tx: Tx, recurring_gift_id: int, data: CancelBody, clock: Clock, settings: Settings, crm_url: CrmUrl
) -> RecurringGiftView:
    """Cancel a recurring gift, which is final. Payments that came or were due stay."""
    at = _at(clock, settings, crm_url)
    return await service.cancel_recurring_gift(
        tx, recurring_gift_id, data.cancel_reason, data.category_id, at
    )


@get("/api/RecurringGift/{recurring_gift_id:int}", "gift:read")
async def get_recurring_gift(
    tx: Tx, recurring_gift_id: int, clock: Clock, crm_url: CrmUrl
) -> RecurringGiftView:
    """Read one recurring gift."""
    return await service.read_recurring_gift(tx, recurring_gift_id, clock.now(), crm_url)


@get("/api/RecurringGift/ByContact/{contact_id:int}", "gift:read", sorts=service.SORTS)
async def list_contact_recurring_gifts(
    tx: Tx, contact_id: int, page: PageQuery, clock: Clock, crm_url: CrmUrl
) -> CrmPage[RecurringGiftView]:
    """Page through the recurring gifts of one contact."""
    return CrmPage.of(
        await service.list_contact_recurring_gifts(tx, contact_id, page.checked(), clock.now(), crm_url)
    )


@get("/api/RecurringGift/QueryOptions", "gift:read")
async def get_recurring_gift_query_options(tx: Tx) -> QueryOptionsView:
    """List what can be asked of recurring gifts, the organization\'s own fields among it."""
    return options_view(RECURRING_GIFTS, (await service.own_parameters(tx)).values())


@get("/api/RecurringGift/CustomFields", "gift:read")
async def list_recurring_gift_custom_fields(tx: Tx) -> list[CustomFieldView]:
    """List the organization's own fields of recurring gifts."""
    return await list_fields(tx, "RecurringGift")


@query("/api/RecurringGift/Query", "gift:read", RECURRING_GIFTS, service.own_parameters)
async def query_recurring_gifts(
    tx: Snapshot, request: Request, data: QueryBody, window: Window, clock: Clock, crm_url: CrmUrl
) -> WithHeaders[CrmPage[RecurringGiftView]]:
    """Find recurring gifts."""
    found = await service.query_recurring_gifts(tx, data, window, clock.now(), crm_url)
    return answered(request, found, CrmPage.of, lambda gift: gift)


@get("/api/RecurringGiftPayment/{recurring_gift_id:int}", "gift:read", sorts=payments.SORTS)
async def list_recurring_gift_payments(
    tx: Tx, recurring_gift_id: int, page: PageQuery
) -> CrmPage[RecurringGiftPaymentView]:
    """Page through the payments of a recurring gift: those that came, and those that are expected, a year ahead."""
    return CrmPage.of(await payments.list_payments(tx, recurring_gift_id, page.checked()))


@get("/api/RecurringGift/Payment/{recurring_gift_id:int}", "gift:read", sorts=payments.SORTS)
async def list_payments_of_recurring_gift(
    tx: Tx, recurring_gift_id: int, page: PageQuery
) -> CrmPage[RecurringGiftPaymentView]:
    """Page through the payments of a recurring gift, under the address that clients ask."""
    return CrmPage.of(await payments.list_payments(tx, recurring_gift_id, page.checked()))


async def broken_in_payment(tx: Tx, recurring_gift_id: int, data: ManualPaymentBody) -> list[FieldError]:
    """See `payments.broken_in_payment`."""
    return await payments.broken_in_payment(tx, recurring_gift_id, data)


@post(
    "/api/RecurringGiftPayment/{recurring_gift_id:int}",
    "gift:write",
    raises=(DesignationsRefused, TransactionTaken, PaymentTaken),
    judge=broken_in_payment,
)
async def record_recurring_gift_payment(
    tx: Tx,
    recurring_gift_id: int,
    data: ManualPaymentBody,
    clock: Clock,
    settings: Settings,
    crm_url: CrmUrl,
) -> RecurringGiftPaymentView:
    """Note a payment of a recurring gift by hand: a gift that is here, or a new one of its contact, split as it is.

    The same gift again is answered with the payment that it is: `giftId` makes it safe to send once more.
    """
    return await payments.record_payment(tx, recurring_gift_id, data, _at(clock, settings, crm_url))


@put(
    "/api/RecurringGiftPayment/Dismiss/{payment_id:int}",
    "gift:write",
    raises=(AlreadySettled,),
    judge=nothing_broken,
    extension=True,
)
async def dismiss_recurring_gift_payment(
    tx: Tx, payment_id: int, data: DismissBody, clock: Clock, settings: Settings, crm_url: CrmUrl
) -> RecurringGiftPaymentView:
    """Dismiss an expected payment that will not come, or expect it again."""
    at = _at(clock, settings, crm_url)
    return await payments.dismiss_payment(tx, payment_id, at, dismissed=data.dismissed)


routes = routes_in(__name__)
