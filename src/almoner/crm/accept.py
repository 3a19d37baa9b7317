"""Take changes from other systems, kind by kind: contacts, merges, recurring gifts, what comes again, gifts, reversals, erasures. Merges,
reversals and erasures are carried out one after another, the others as a set.

What comes again goes before gifts: a gift may be corrected to less than what was taken of it meanwhile. That of gifts which are not there
before goes after them. Where contacts would be taken by several kinds, those of all are taken before the first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

import asyncpg
import msgspec

from almoner.crm.changes import (
    Change,
    EraseContact,
    MergeContacts,
    Outcome,
    Problem,
    PutContact,
    PutGift,
    PutRecurringGift,
    ReinstateGift,
    ReverseGift,
    broken_field,
    broken_field_or_text,
)
from almoner.kernel.text import fold_code
from almoner.platform.database import Tx, load_queries
from almoner.platform.mailboxes import address_key

_queries = load_queries(__file__)
_encode = msgspec.json.Encoder().encode

Taken = Awaitable[Sequence[Any]]


async def accept(tx: Tx, changes: Sequence[Change], now: datetime) -> list[Outcome]:
    """Carry out `changes` in the caller's transaction, at the instant `now`; answers an outcome for each, in their order.

    A change that cannot be carried out is refused alone, with its problem (`invalid` names the field). Of several of one kind and
    key the highest version counts, for all of them. Raises `asyncpg.SerializationError` or `asyncpg.DeadlockDetectedError`
    when another transaction puts the same at the same moment: try again.
    """
    outcomes: dict[Any, Outcome] = {}
    kinds: dict[type[Any], list[Any]] = {}
    find_broken = broken_field if _are_storable(changes) else broken_field_or_text
    for change in changes:
        if (broken := find_broken(change)) is None:
            kinds.setdefault(type(change), []).append(change)
        else:
            outcomes[id(change)] = _refused(change, broken)
    if len(kinds) > 1 and not kinds.keys().isdisjoint((MergeContacts, EraseContact)):
        await _queries.hold_merges(tx)  # before what comes first takes contacts
    elif _in_several_turns(kinds):
        await _hold_contacts(tx, kinds)
    for kind, take in _TAKERS:
        if of_kind := _still_to_take(kinds.get(kind, ()), outcomes):
            of_kind.sort(key=_version)
            latest = {_place(change): change for change in of_kind}
            chosen = list(latest.values())
            found = {id(chosen[row["ord"] - 1]): row for row in await _at_once(take(tx, chosen, now))}
            for change in of_kind:
                outcomes[id(change)] = _outcome(change.key, found[id(latest[_place(change)])])
    return [outcomes[id(change)] for change in changes]


def _in_several_turns(kinds: dict[type[Any], list[Any]]) -> bool:
    """Whether contacts that are there are taken more than once. Those of givers of whom nothing was said before are found or made, and not taken."""
    return (
        sum(kind is not PutContact or any(each.version > 1 for each in of) for kind, of in kinds.items()) > 1
    )


async def _hold_contacts(tx: Tx, kinds: dict[type[Any], list[Any]]) -> None:
    """Take the contacts that all changes are about at once, in the order in which everybody takes them."""
    contacts = kinds.get(PutContact, [])
    put = [*kinds.get(PutGift, ()), *kinds.get(PutRecurringGift, ())]
    went = [*kinds.get(ReverseGift, ()), *kinds.get(ReinstateGift, ())]
    await _queries.hold_contacts(
        tx,
        contacts=_encode(contacts).decode(),
        email_keys=_email_keys(contacts),
        givers=_encode([each.giver for each in put]).decode(),
        gifts=_encode([*(each.key for each in put), *(each.of for each in went)]).decode(),
    )


def _still_to_take(of_kind: Sequence[Any], outcomes: dict[Any, Outcome]) -> list[Any]:
    """Those of a kind that were not taken: all when it has its first turn."""
    return [change for change in of_kind if id(change) not in outcomes or outcomes[id(change)].problem]


def _are_storable(changes: Sequence[Change]) -> bool:
    """Whether PostgreSQL can keep every text of `changes`, by one look at all of them."""
    try:
        return b"\\u0000" not in _encode(changes)
    except UnicodeEncodeError:
        return False


async def _at_once(taken: Taken) -> Sequence[Any]:
    try:
        return await taken
    except asyncpg.UniqueViolationError as error:
        if "_transaction_" not in (error.constraint_name or ""):
            raise  # no source's key: it would be met again
        raise asyncpg.SerializationError("another transaction made the same at the same moment") from error


_version = attrgetter("version")


def _refused(change: Change, broken: str) -> Outcome:
    return Outcome(key=change.key, crm_id=None, did="refused", problem=Problem.INVALID, detail=broken)


def _place(change: Any) -> Any:
    """What a change is about: of those of a kind about the same, one is carried out."""
    return (change.key, change.into) if type(change) is MergeContacts else change.key


def _outcome(key: Any, row: Any) -> Outcome:
    problem = row["problem"]
    return Outcome(
        key=key,
        crm_id=row["crm_id"],
        did=row["did"],
        problem=None if problem is None else Problem(problem),
        detail=row["detail"],
    )


def _put_contacts(tx: Tx, contacts: list[PutContact], now: datetime) -> Taken:
    return _queries.put_contacts(
        tx, contacts=_encode(contacts).decode(), email_keys=_email_keys(contacts), now=now
    )


def _email_keys(contacts: Sequence[PutContact]) -> list[str | None]:
    return [address_key(contact.reach.email) if contact.reach.email else None for contact in contacts]


def _put_gifts(tx: Tx, gifts: list[PutGift], now: datetime) -> Taken:
    returns = {each.code for gift in gifts for each in gift.premiums}
    keys = _code_keys(gifts, returns)
    return _queries.put_gifts(tx, gifts=_encode(gifts).decode(), code_keys=keys, now=now)


def _put_recurring_gifts(tx: Tx, gifts: list[PutRecurringGift], now: datetime) -> Taken:
    return _queries.put_recurring_gifts(
        tx, gifts=_encode(gifts).decode(), code_keys=_code_keys(gifts), now=now
    )


def _code_keys(
    gifts: Sequence[PutGift | PutRecurringGift | ReverseGift | ReinstateGift], more: Collection[str] = ()
) -> str:
    named = {part.code for gift in gifts for part in gift.designations}
    keys = {code: fold_code(code) for code in named.union(more)}
    return _encode(keys).decode()


def _merge_contacts(tx: Tx, merges: list[MergeContacts], now: datetime) -> Taken:
    return _queries.merge_contacts(tx, merges=_encode(merges).decode(), now=now)


def _erase_contacts(tx: Tx, erasures: list[EraseContact], now: datetime) -> Taken:
    return _queries.erase_contacts(tx, erasures=_encode(erasures).decode(), now=now)


def _reverse_gifts(tx: Tx, reversals: list[ReverseGift | ReinstateGift], now: datetime) -> Taken:
    return _queries.reverse_gifts(
        tx, reversals=_encode(reversals).decode(), code_keys=_code_keys(reversals), now=now
    )


_TAKERS: tuple[tuple[type[Any], Callable[[Tx, list[Any], datetime], Taken]], ...] = (
    (PutContact, _put_contacts),
    (MergeContacts, _merge_contacts),
    (PutRecurringGift, _put_recurring_gifts),
    (ReinstateGift, _reverse_gifts),
    (PutGift, _put_gifts),
    (ReinstateGift, _reverse_gifts),
    (ReverseGift, _reverse_gifts),
    (EraseContact, _erase_contacts),
)
