"""Accounts and memberships: invite, accept, disable, enable, move to another group, reset, and who did what.

Accounts and memberships stand on the first server, beside the directory, wherever the organizations live: so one person can belong
to organizations of several servers, and `organizationUserId` is one for all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from almoner.kernel.errors import Conflict, Invalid, NotFound, Unauthenticated
from almoner.kernel.ids import new_secret, secret_hash
from almoner.platform.database import Database, Tx, load_queries
from almoner.platform.database.connection import Connection
from almoner.platform.mailboxes import NotAMailbox, mailbox_key
from almoner.platform.organizations.groups import ADMINISTRATOR, group_named

_queries = load_queries(__file__)

_PREFIX = "inv"
_ENDED = ""
"""What stands in place of the hash of a password that was ended. None would say that there never was one, which an invitation may set."""
CHANGED = "The password was changed meanwhile. Sign in anew."
"""Said to who proved a password that is the account's no more."""
_USED_UP = "This link was used before, was revoked, has expired or is incomplete."


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in."""

    id: int
    email: str
    name: str
    two_factor: bool


@dataclass(frozen=True, slots=True)
class Proven:
    """Who proved a password, and which: what is done on it is done only while it is the account's still."""

    account: Account
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Membership:
    """That an account belongs to an organization, with a permission group; `id` is the API's organizationUserId."""

    organization_id: int
    id: int
    account_id: int
    group_id: int
    created_at: datetime
    accepted_at: datetime | None
    disabled_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it can be used: accepted and not disabled."""
        return self.accepted_at is not None and self.disabled_at is None


@dataclass(frozen=True, slots=True)
class Member:
    """A membership with its account, as it is listed."""

    membership: Membership
    account: Account
    has_password: bool
    invited_until: datetime | None

    @property
    def state(self) -> str:
        """In a word: active, disabled, invited, or expired (an invitation that nobody accepted in time)."""
        if self.membership.disabled_at is not None:
            return "disabled"
        if self.membership.accepted_at is not None:
            return "active"
        return "expired" if self.invited_until is None else "invited"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link invites to: `kind` is `invitation` or `reset`; who has a password already proves it to accept."""

    kind: str
    account_id: int
    membership: Membership
    email: str
    name: str
    has_password: bool
    """Whether it had one: of an account whose password was reset still true, so that no invitation sets another."""


async def memberships_of(conn: Connection, account_id: int) -> list[Membership]:
    """All memberships of an account, the oldest first."""
    return [Membership(**row) for row in await _queries.memberships_of(conn, account_id=account_id)]


async def members(db: Database, organization_id: int, now: datetime) -> list[Member]:
    """Who belongs to an organization, the oldest membership first."""
    async with db.first.tenant(organization_id) as tx:
        found = [_membership(tx, row) for row in await _queries.members(tx)]
    async with db.first.system() as conn:
        ids = [one.account_id for one in found]
        accounts = {row["id"]: row for row in await _queries.accounts(conn, ids=ids)}
        invited = await _queries.invited(conn, ids=[one.id for one in found], now=now)
    until = {row["membership_id"]: row["expires_at"] for row in invited}
    return [_member(one, accounts[one.account_id], until.get(one.id)) for one in found]


async def member_named(db: Database, organization_id: int, email: str, now: datetime) -> Member:
    """The member with this address; `NotFound` when the organization has none, whoever else may."""
    key = _key(email)
    for one in await members(db, organization_id, now):
        if mailbox_key(one.account.email) == key:
            return one
    raise NotFound(f"The organization has no user {email.strip()[:254]}.")


async def invite(
    db: Database, organization_id: int, email: str, name: str, group: str, by: str, now: datetime, life: timedelta
) -> str:  # fmt: skip
    """Let a person in: answers with the token of a link that is good once, for `life`. Again for one who has not accepted it: a new link.

    `Invalid` for a bad address or name, `NotFound` for a group that is none, `Conflict` for who is a member already.
    """
    key = _key(email)
    if not 1 <= len(name.strip()) <= 200 or not name.isprintable():
        raise Invalid.field("name", "REQUIRED", "A user needs a name of 1 to 200 letters.")
    async with db.tenant(organization_id) as tx:
        group_id = (await group_named(tx, group)).id
    async with db.first.system() as conn:
        await _queries.add_account(conn, email=email.strip(), email_key=key, name=name.strip(), now=now)
        account = await _queries.account_by_email(conn, email_key=key)
        known = [
            one for one in await memberships_of(conn, account["id"]) if one.organization_id == organization_id
        ]
        if known and known[0].disabled_at is not None:
            raise Conflict(
                f"{account['email']} is a user of this organization who is disabled: enable the user instead."
            )
        if known and known[0].accepted_at is not None:
            raise Conflict(f"{account['email']} is a user of this organization already.")
        membership_id = known[0].id if known else await _queries.new_membership_id(conn)
        await _queries.drop_invitations(conn, account_id=account["id"], membership_id=membership_id)
        token = await new_link(conn, "invitation", account["id"], membership_id, now + life)
        await note(conn, account["id"], membership_id, "invited", by, now, group)
        tx = await db.first.act_for(conn, organization_id)
        if known:
            await _queries.set_group(tx, id=membership_id, group_id=group_id)
        elif (
            await _queries.add_membership(
                tx, id=membership_id, account_id=account["id"], group_id=group_id, now=now
            )
            is None
        ):
            raise Conflict("Somebody else invites this user at this moment. Try again.")
    return token


async def revoke_invitation(db: Database, member: Member, by: str, now: datetime) -> None:
    """Take an invitation back: its link ends. `Conflict` when it was accepted: such a user is disabled."""
    one = member.membership
    async with db.first.system() as conn:
        await _queries.drop_invitations(conn, account_id=one.account_id, membership_id=one.id)
        await note(conn, one.account_id, one.id, "invitation revoked", by, now)
        tx = await db.first.act_for(conn, one.organization_id)
        if not await _queries.remove_unaccepted(tx, id=one.id):
            raise Conflict(f"{member.account.email} has accepted: disable the user.")


async def reset(
    db: Database, member: Member, by: str, now: datetime, life: timedelta, *, two_factor: bool
) -> str:
    """The token of a link on which a user sets a new password; with `two_factor` codes are no longer asked for.

    The old password ends at once, with all that is signed in, in every organization: an account has one password. `Conflict` for who
    has not accepted yet.
    """
    one = member.membership
    if one.accepted_at is None:
        raise Conflict(f"{member.account.email} has not accepted yet: invite the user again.")
    async with db.first.system() as conn:
        await _queries.set_password(conn, id=one.account_id, password_hash=_ENDED)
        if two_factor:
            await _queries.set_otp(conn, id=one.account_id, secret=None, is_on=False)
        await _queries.drop_invitations(conn, account_id=one.account_id, membership_id=one.id)
        await _queries.end_all(conn, account_id=one.account_id, now=now)
        await note(conn, one.account_id, one.id, "reset", by, now, "and two-factor off" if two_factor else "")
        return await new_link(conn, "reset", one.account_id, one.id, now + life)


async def set_disabled(db: Database, member: Member, by: str, now: datetime, *, disabled: bool) -> None:
    """Disable a user in this organization, whose sign-ins there end at once, or enable one again. `Conflict` for the last administrator."""
    one = member.membership
    administrators = await _administrators(db, one.organization_id)
    async with db.first.system() as conn:
        if disabled:
            await _queries.end_membership(conn, account_id=one.account_id, membership_id=one.id, now=now)
        await note(conn, one.account_id, one.id, "disabled" if disabled else "enabled", by, now)
        tx = await db.first.act_for(conn, one.organization_id)
        if disabled:
            await _leave_one(tx, one.id, administrators)
        await _queries.set_disabled(tx, id=one.id, disabled_at=now if disabled else None)


async def set_group(db: Database, member: Member, group: str, by: str, now: datetime) -> None:
    """Move a user to another group. `NotFound` without it, `Conflict` for the last administrator."""
    one = member.membership
    administrators = await _administrators(db, one.organization_id)
    async with db.tenant(one.organization_id) as tx:
        new = await group_named(tx, group)
    async with db.first.system() as conn:
        await note(conn, one.account_id, one.id, "moved", by, now, new.name)
        tx = await db.first.act_for(conn, one.organization_id)
        if new.id != administrators:
            await _leave_one(tx, one.id, administrators)
        await _queries.set_group(tx, id=one.id, group_id=new.id)


async def sign_out_everywhere(db: Database, member: Member, by: str, now: datetime) -> None:
    """End all tokens and sessions of a user, in every organization, and the key of an app that was not confirmed."""
    one = member.membership
    async with db.first.system() as conn:
        await _queries.drop_unconfirmed(conn, id=one.account_id)
        await _queries.end_all(conn, account_id=one.account_id, now=now)
        await note(conn, one.account_id, one.id, "signed out", by, now)


async def changes(db: Database, organization_id: int, now: datetime) -> list[dict[str, Any]]:
    """What happened to the users of an organization, the oldest first."""
    ids = [one.membership.id for one in await members(db, organization_id, now)]
    async with db.first.system() as conn:
        return [dict(row) for row in await _queries.changes(conn, ids=ids)]


async def users_by_group(db: Database, organization_id: int) -> Counter[int]:
    """How many users of the organization each group has, disabled ones and those who have not accepted yet among them, by its id."""
    async with db.first.tenant(organization_id) as tx:
        return Counter(row["group_id"] for row in await _queries.members(tx))


async def uses_group(db: Database, organization_id: int, group_id: int) -> bool:
    """Whether a user of the organization is in a group."""
    return group_id in await users_by_group(db, organization_id)


# --- links -----------------------------------------------------------------------------------------------------------


async def read_invitation(db: Database, token: str, now: datetime) -> Invitation:
    """What a link invites to; `Unauthenticated` when it was used, revoked, is too old or was never ours."""
    async with db.first.system() as conn:
        row = await _queries.invitation(conn, hash=secret_hash(token), now=now)
        membership = None if row is None else await _queries.membership_of(conn, id=row["membership_id"])
    if row is None or membership is None:
        raise Unauthenticated(_USED_UP)
    return Invitation(
        row["kind"],
        row["account_id"],
        Membership(**membership),
        row["email"],
        row["name"],
        row["has_password"],
    )


async def accept(db: Database, token: str, found: Invitation, secret: str | Proven, now: datetime) -> Proven:
    """Use a link up: the membership counts from now on. Answers with who may sign in, and on which password.

    `secret` is the hash of a new password, which ends whatever was signed in before, or who proved the one there is.
    `Unauthenticated` when somebody else used the link meanwhile, or the password was changed since it was proved; `Conflict` when the
    account has got a password since, which is to be proved.
    """
    one = found.membership
    async with db.first.system() as conn:
        account = await _queries.locked_account(conn, id=found.account_id)
        if not await _queries.use_invitation(conn, hash=secret_hash(token), now=now):
            raise Unauthenticated(_USED_UP)
        if isinstance(secret, Proven):
            if account["password_hash"] != secret.password_hash:
                raise Unauthenticated(CHANGED)
        else:
            if found.kind == "invitation" and account["password_hash"] is not None:
                raise Conflict("This account has a password by now. Open the link again and prove it.")
            await set_password(conn, found.account_id, secret, now)
        what = "accepted" if found.kind == "invitation" else "set a new password"
        await note(conn, found.account_id, one.id, what, found.email, now)
        tx = await db.first.act_for(conn, one.organization_id)
        await _queries.accept(tx, id=one.id, now=now)
    if isinstance(secret, str):
        return Proven(Account(found.account_id, found.email, found.name, account["otp_is_on"]), secret)
    return secret


async def set_password(conn: Connection, account_id: int, hashed: str, now: datetime) -> None:
    """Nothing of before goes on: sign-ins, links for a reset, and the key of an app that was not confirmed.

    The account comes first, so that it is locked: who opens a sign-in waits for it, and looks whether the password is still that.
    """
    await _queries.set_password(conn, id=account_id, password_hash=hashed)
    await _queries.drop_resets(conn, account_id=account_id)
    await _queries.end_all(conn, account_id=account_id, now=now)


async def is_still_good(conn: Connection, proven: Proven) -> bool:
    """Whether the password that was proved is the account's still; it stays that until the transaction ends."""
    return bool(await _queries.has_still(conn, id=proven.account.id, password_hash=proven.password_hash))


def _key(email: str) -> str:
    try:
        return mailbox_key(email)
    except NotAMailbox as error:
        raise Invalid.field("email", "INVALID", str(error)) from error


def _membership(tx: Tx, row: Any) -> Membership:
    return Membership(organization_id=tx.organization_id, **row)


def _member(one: Membership, account: Any, until: datetime | None) -> Member:
    person = Account(account["id"], account["email"], account["name"], account["otp_is_on"])
    return Member(one, person, account["has_password"], until)


async def new_link(
    conn: Connection, kind: str, account_id: int, membership_id: int, expires_at: datetime
) -> str:
    """The token of a link of this kind that is good until `expires_at`."""
    token = new_secret(_PREFIX, account_id)
    await _queries.add_invitation(
        conn, hash=secret_hash(token), kind=kind, account_id=account_id, membership_id=membership_id,
        expires_at=expires_at,
    )  # fmt: skip
    return token


async def note(
    conn: Connection, account_id: int, membership_id: int, what: str, by: str, now: datetime, detail: str = ""
) -> None:
    """Keep what happened to an account, and who did it."""
    await _queries.note(
        conn, account_id=account_id, membership_id=membership_id, what=what, by=by, now=now, detail=detail
    )


async def _administrators(db: Database, organization_id: int) -> int | None:
    async with db.tenant(organization_id) as tx:
        try:
            return (await group_named(tx, ADMINISTRATOR)).id
        except NotFound:
            return None


async def _leave_one(tx: Tx, membership_id: int, group_id: int | None) -> None:
    """`Conflict` when this membership is the last usable one of the administrators. Holds them all until the transaction ends."""
    usable: Sequence[Membership] = [
        one
        for one in (_membership(tx, row) for row in await _queries.locked_members(tx))
        if one.is_open and one.group_id == group_id
    ]
    if [one.id for one in usable] == [membership_id]:
        raise Conflict("This is the last administrator of the organization. Make somebody else one first.")
