"""What Stripe says happened: stored first, acted on after; where money moves, Stripe is asked how things stand, for events come late and in any order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import stripe

from almoner.giving.payments.rules import Word, may_know
from almoner.giving.reversals.words import processor_said
from almoner.giving.stripe import errors, rules
from almoner.giving.stripe.accounts import StripeAccounts
from almoner.giving.stripe.claims import claim_of_before
from almoner.giving.stripe.client import plain
from almoner.giving.stripe.gateway import StripeGateway
from almoner.kernel.clock import Clock
from almoner.kernel.errors import BadRequest, NotFound
from almoner.platform.database import Database, Tx, load_queries
from almoner.platform.database.trouble import is_trouble
from almoner.platform.logger import Logger, error_facts
from almoner.platform.wire import encode_json

_queries = load_queries(__file__)
_log = Logger(__name__)

TOLERANCE = timedelta(minutes=5)
"""How old, or how far ahead, the signature of a notice may be."""
LOOKS_MAX = 20
"""How often an event is looked at, further and further apart up to an hour, before it has failed: some twelve hours."""
OVERLAP = timedelta(minutes=10)
"""So much of what was asked for before is asked for again: events may turn up late."""
PORTION = timedelta(hours=1)
"""So much is asked for at once by an account that is far behind."""
PAGE, PAGES_AT_ONCE = 100, 20
"""What Stripe tells on one page, which is stored by itself, and pages that are read before others have their turn."""
PORTION_FORGOTTEN = 1_000
"""Old events that are removed in one transaction."""
STATES = ("waiting", "acted", "ignored", "failed")


class StripeDesk:
    """Takes Stripe's notices, acts on them, and asks for those that did not come."""

    def __init__(
        self, db: Database, accounts: StripeAccounts, clock: Clock, *, keep: timedelta = timedelta(days=90)
    ) -> None:
        """`keep`: for so long an event stays after it was acted on."""
        self._db = db
        self._keep_for = keep
        self._accounts = accounts
        self._clock = clock

    async def receive(self, organization_id: int, body: bytes, signature: str | None) -> None:
        """Store a notice; one that is there already, or that nothing is done about, is as good. `NotSigned`, or `BadRequest` for no event."""
        gateway = await self._account_of(organization_id)
        if gateway is None:
            raise errors.NotSigned(errors.NO_ACCOUNT)
        require_signed(body, signature, gateway.account.webhook_secret, self._clock.now())
        try:
            notice = rules.notice_of(msgspec.json.decode(body))
        except (ValueError, RecursionError, msgspec.DecodeError) as error:
            raise BadRequest("The body is no event of Stripe's.") from error
        async with self._db.tenant(organization_id) as tx:
            await store_notices(tx, [notice], gateway.account.is_live, self._clock.now())

    async def settle(self, organization_id: int, id_: int, *, lease_seconds: float) -> bool:
        """Act on an event that is due; False when it is not due any more. Harmless to repeat.

        Whatever fails but the database is a look that counts: an event that nothing comes of has failed in the end.
        """
        async with self._db.tenant(organization_id) as tx:
            claimed = await _queries.claim_event(tx, id=id_, lease_seconds=lease_seconds)
        if claimed is None:
            return False
        event = dict(claimed)
        gateway = await self._accounts.of(organization_id)
        if gateway is None:
            await self._keep(organization_id, event, errors.NO_ACCOUNT)
            return True
        patience = asyncio.timeout(lease_seconds / 2)
        try:
            async with patience:
                waits_for = await self._act(organization_id, gateway, event)
        except Exception as error:
            if is_trouble(error) and not patience.expired():
                raise  # of the database: it says nothing of the event
            facts = {"organization": organization_id, "stripe_event": event["event_id"]}
            _log.warning("stripe_event_not_settled", **facts, **error_facts(error))
            text = errors.NO_ANSWER if isinstance(error, stripe.StripeError) else errors.NOT_ACTED_ON
            waits_for = text.format(type(error).__name__)
        if waits_for is not None:
            await self._keep(organization_id, event, waits_for)
        return True

    async def catch_up(self, organization_id: int, *, seconds: float) -> bool:
        """Ask Stripe for what happened since it was asked before; False when that is not due. Again due after `seconds`."""
        async with self._db.tenant(organization_id) as tx:
            place = await _queries.claim_account(tx, seconds=seconds)
        if place is None:
            return False
        gateway, which = await self._accounts.now_of(organization_id), {"set_up_at": place["set_up_at"]}
        if gateway is None or gateway.account.set_up_at != place["set_up_at"]:
            return False  # it was taken away, or replaced, at this moment
        now = self._clock.now()
        if not await claim_of_before(self._db, gateway.account, gateway.http, now):
            _log.warning("stripe_account_is_anothers", organization=organization_id)
        since, read_upto = place["caught_up_at"], place["read_upto"]
        upto = place["asked_upto"] or min(now, since + PORTION)
        window = {"gte": int((since - OVERLAP).timestamp()), "lte": int(upto.timestamp()) + 1}
        for _ in range(PAGES_AT_ONCE):
            try:
                page = await _page(
                    gateway.client.v1.events, read_upto, created=window, types=list(rules.KINDS)
                )
            except stripe.InvalidRequestError:
                # Stripe does not know the event any more up to which it was read: all is asked for again.
                async with self._db.tenant(organization_id) as tx:
                    await _queries.keep_place(tx, asked_upto=None, read_upto=None, look_at=None, **which)
                raise
            notices = _readable(organization_id, page.data)
            read_upto = page.data[-1].id if page.has_more else None
            async with self._db.tenant(organization_id) as tx:
                await store_notices(tx, notices, gateway.account.is_live, now)
                await _keep_place(tx, which, upto, read_upto, 0 if upto < now else seconds)
            if read_upto is None:
                break
        return True

    async def forget(self, organization_id: int) -> bool:
        """Remove a portion of the events that are done with for long enough; whether there may be more."""
        async with self._db.tenant(organization_id) as tx:
            before = self._clock.now() - self._keep_for
            gone = await _queries.forget_events(tx, before=before, most=PORTION_FORGOTTEN)
        return len(gone) == PORTION_FORGOTTEN

    async def _act(self, organization_id: int, gateway: StripeGateway, event: Any) -> str | None:
        """Do what an event comes to; answers what it waits for, if it does."""
        found = await self._look(organization_id, gateway, event)
        if found.waits_for is None:
            async with self._db.tenant(organization_id) as tx:
                await self._take(tx, event, found)
        return found.waits_for

    async def _account_of(self, organization_id: int) -> StripeGateway | None:
        try:
            return await self._accounts.of(organization_id)
        except NotFound:
            return None

    async def _look(self, organization_id: int, gateway: StripeGateway, event: Any) -> Found:
        topic, payment_id = rules.topic_of(event["kind"]), event["payment_id"]
        if topic == "payout":
            return await self._look_at_payout(organization_id, gateway, event)
        if payment_id is None:
            return Found(ignored=errors.NO_PAYMENT)
        async with self._db.tenant(organization_id) as tx:
            paid = await _queries.paid(tx, payment_id=payment_id)
        if paid is None:
            found = await self._standing(organization_id, gateway, payment_id)
            if topic != "charge":
                return found
            entries = await _entries_of_charge(gateway, event["object_id"])
            return Found(entries=entries, stray_key=found.stray_key)
        if not may_know(gateway.account_name, paid["account"]):
            return Found(waits_for=errors.OTHER_ACCOUNT)
        if topic == "charge":
            found = Found(entries=await _entries_of_charge(gateway, event["object_id"]))
        else:
            words = await _words(gateway, topic, event, self._clock.now())
            if words is None:
                return Found(waits_for=errors.NOT_TOLD)
            found = Found(words)
        if paid["has_failed"] or any(word.kind == "failure" for word in found.words):
            return replace(found, stray_key=await _key_if_open(gateway, payment_id))
        return found

    async def _look_at_payout(self, organization_id: int, gateway: StripeGateway, event: Any) -> Found:
        """A payout as it stands, its lines stored page by page: whoever comes to it again reads on."""
        api, id_ = gateway.client.v1, event["object_id"]
        payout = rules.payout_of(plain(await api.payouts.retrieve_async(id_)))
        if event["kind"] not in rules.LISTED:
            return Found(payout=payout)
        for _ in range(PAGES_AT_ONCE):
            page = await _page(
                api.balance_transactions, event["read_upto"], payout=id_, expand=["data.source"]
            )
            lines = [rules.entry_of(plain(line), id_) for line in page.data]
            if not page.has_more:
                return Found(entries=lines, payout=payout)
            event |= {"read_upto": lines[-1].transaction_id, "looks": 0}
            async with self._db.tenant(organization_id) as tx:
                await _store_entries(tx, lines, self._clock.now())
                await _queries.read_upto(tx, id=event["id"], read_upto=event["read_upto"])
        return Found(waits_for=errors.MORE_LINES)

    async def _standing(self, organization_id: int, gateway: StripeGateway, payment_id: str) -> Found:
        """What is to be done about a payment that no gift has (yet). Where none can come, and Stripe has the money, it is to be given back."""
        answer = await gateway.client.v1.payment_intents.retrieve_async(
            payment_id, {"expand": ["latest_charge"]}
        )
        intent = plain(answer)
        key = rules.key_of(intent)
        if key is None:
            return Found(ignored=errors.NOT_OURS)
        async with self._db.tenant(organization_id) as tx:
            # Its gift may have been stored since it was looked for.
            if await _queries.paid(tx, payment_id=payment_id) is not None:
                return Found(waits_for=errors.NO_GIFT_YET)
            state = await _queries.intent_state(tx, gateway_key=key)
        if state is None:
            return Found(ignored=errors.NOT_OURS)
        if state == "asked":
            return Found(waits_for=errors.NO_GIFT_YET)
        is_stray = intent["status"] in ("succeeded", "processing") and rules.is_taken(intent)
        return Found(ignored=errors.NO_GIFT, stray_key=key if is_stray else None)

    async def _take(self, tx: Tx, event: Any, found: Found) -> None:
        now = self._clock.now()
        await _store_entries(tx, found.entries, now)
        if found.payout is not None:
            await _queries.store_payout(tx, payout=encode_json(asdict(found.payout)).decode(), now=now)
        back = {word.transaction_id for word in found.words if word.state in ("won", "failed")}
        # What came back comes first: what went afterwards may be more than was left before.
        for are_back in (True, False):
            if words := [word for word in found.words if (word.transaction_id in back) is are_back]:
                await processor_said(tx, words, now)
        if found.stray_key is not None:
            await _queries.look_again(tx, gateway_key=found.stray_key)
        state = "acted" if found.ignored is None else "ignored"
        await _queries.settle_event(tx, id=event["id"], state=state, detail=found.ignored, now=now)

    async def _keep(self, organization_id: int, event: Any, detail: str) -> None:
        """Look at an event again later, or never by itself."""
        async with self._db.tenant(organization_id) as tx:
            if event["looks"] < LOOKS_MAX:
                at = await _queries.in_seconds(tx, seconds=0)
                await _queries.keep_event(tx, id=event["id"], detail=detail, now=at)
                return
            await _queries.settle_event(
                tx, id=event["id"], state="failed", detail=detail, now=self._clock.now()
            )


@dataclass(frozen=True, slots=True)
class Found:
    """What an event comes to: words about payments and lines of the balance; or why nothing, or what it waits for."""

    words: Sequence[Word] = ()
    entries: Sequence[rules.Entry] = ()
    payout: rules.Payout | None = None
    ignored: str | None = None
    waits_for: str | None = None
    stray_key: str | None = None
    """The key of an intent of ours whose payment no gift has (any more), and Stripe holds or may yet take."""


def require_signed(body: bytes, signature: str | None, secret: str, now: datetime) -> None:
    """`NotSigned` unless `body` was signed with `secret`, and near `now`: by the clock that is handed in, where the library takes the machine's."""
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret)
    except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
        raise errors.NotSigned("The signature does not fit the body and the webhook secret.") from error
    stamps = [part[2:] for part in (signature or "").split(",") if part.startswith("t=")]
    at = rules.instant(max(0, min(int(stamps[0]), _LATEST)))
    if abs(now - at) > TOLERANCE:
        raise errors.NotSigned(
            f"It was signed at {at:%Y-%m-%d %H:%M:%S} UTC, which is too long ago, or a clock is wrong."
        )


_LATEST = 1 << 37
"""Seconds that are still a date."""


async def store_notices(tx: Tx, notices: Sequence[rules.Notice], is_live: bool, now: datetime) -> None:
    """Store events, those that are acted on and the others; an event that is there already stays as it is."""
    rows = [asdict(notice) | _first_state(notice, is_live) for notice in notices]
    if rows:
        look_at = await _queries.in_seconds(tx, seconds=0)
        await _queries.receive(tx, notices=encode_json(rows).decode(), look_at=look_at, now=now)


async def _keep_place(
    tx: Tx, which: Mapping[str, datetime], upto: datetime, read_upto: str | None, seconds: float
) -> None:
    """Events until `upto` were read, and more are due after `seconds`; or, where there are more pages, those up to one of them, and the rest is due at once."""
    look_at = await _queries.in_seconds(tx, seconds=seconds if read_upto is None else 0)
    if read_upto is None:
        await _queries.caught_up(tx, upto=upto, look_at=look_at, **which)
    else:
        await _queries.keep_place(tx, asked_upto=upto, read_upto=read_upto, look_at=look_at, **which)


async def _store_entries(tx: Tx, entries: Sequence[rules.Entry], now: datetime) -> None:
    if entries:
        rows = encode_json([asdict(entry) for entry in entries]).decode()
        await _queries.store_entries(tx, entries=rows, now=now)


def _readable(organization_id: int, told: Sequence[Any]) -> list[rules.Notice]:
    """What is kept of events; one that is none keeps no other waiting."""
    notices = []
    for event in told:
        try:
            notices.append(rules.notice_of(plain(event)))
        except ValueError as error:
            _log.warning("stripe_event_unreadable", organization=organization_id, **error_facts(error))
    return notices


def _first_state(notice: rules.Notice, is_live: bool) -> dict[str, str | None]:
    if notice.is_live != is_live:
        return {"state": "ignored", "detail": errors.OTHER_MODE}
    if rules.topic_of(notice.kind) is None:
        return {"state": "ignored", "detail": errors.NOTHING_TO_DO}
    return {"state": "waiting", "detail": None}


async def _words(
    gateway: StripeGateway, topic: str | None, event: Any, now: datetime
) -> Sequence[Word] | None:
    """What Stripe says by now of all that happened to a payment that has a gift; None where the event tells of something and Stripe of nothing,
    as another account may.

    Of all, for what a dispute took hangs on which refunds came back before it. Refunds are read last: what a dispute knew of them they know.
    """
    api, about = gateway.client.v1, event["object_id"]
    words: list[Word] = []
    has_any = False
    page = await api.disputes.list_async({"payment_intent": event["payment_id"], "limit": 100})
    async for one in page.auto_paging_iter():
        has_any = True
        words += rules.dispute_words(plain(one), event["happened_at"] if one.id == about else now)
    for told in await gateway.refunds_of(event["payment_id"]):
        has_any = True
        words += rules.refund_words(told, event["happened_at"] if told["id"] == about else now)
    if topic == "payment" and not has_any:
        return None
    if topic == "intent":
        words += rules.failure_words(
            plain(await api.payment_intents.retrieve_async(about)), event["happened_at"]
        )
    return words


async def _key_if_open(gateway: StripeGateway, payment_id: str) -> str | None:
    """The key of an intent whose payment has failed, if its page could still pay it, or did: its gift is given no more."""
    answer = await gateway.client.v1.payment_intents.retrieve_async(payment_id, {"expand": ["latest_charge"]})
    intent = plain(answer)
    return rules.key_of(intent) if rules.is_taken(intent) else None


async def _entries_of_charge(gateway: StripeGateway, id_: str) -> Sequence[rules.Entry]:
    """The line of a charge in the balance, if it has one by now."""
    charge = plain(await gateway.client.v1.charges.retrieve_async(id_, {"expand": ["balance_transaction"]}))
    line = charge.get("balance_transaction")
    return [rules.entry_of({**line, "source": charge})] if isinstance(line, dict) else []


async def _page(listed: Any, after: str | None, **params: Any) -> Any:
    """A page of what Stripe lists, the first one or that after an object."""
    more = {} if after is None else {"starting_after": after}
    return await listed.list_async({**params, "limit": PAGE, **more})


async def list_events(tx: Tx, states: Sequence[str], take: int) -> list[Any]:
    """Events in these states, the latest first."""
    return list(await _queries.list_events(tx, states=list(states), take=take))


async def count_events(tx: Tx) -> list[Any]:
    """How many events wait or have failed, and when the oldest of them came; of the others there may be very many."""
    return list(await _queries.count_events(tx))


async def list_payouts(tx: Tx, take: int) -> list[Any]:
    """Payouts, the latest first, each with the sum of its lines and their fees."""
    return list(await _queries.list_payouts(tx, take=take))


async def replay(tx: Tx, event_id: str | None) -> int:
    """Act again on an event, or on all that failed; answers how many. `NotFound` when there is no such event."""
    look_at = await _queries.in_seconds(tx, seconds=0)
    if event_id is None:
        return len(await _queries.replay_failed(tx, look_at=look_at))
    if await _queries.replay_event(tx, event_id=event_id, look_at=look_at) is None:
        raise NotFound(f"There is no event {event_id}.")
    return 1
