"""What a person does to the own account: another password, and codes of an authenticator app."""

from __future__ import annotations

from datetime import datetime

from almoner.kernel.errors import BadRequest, Unauthenticated
from almoner.platform.accounts import otp
from almoner.platform.accounts.passwords import Passwords, checked_password
from almoner.platform.accounts.service import CHANGED, Proven, note, set_password
from almoner.platform.database import Database, load_queries
from almoner.platform.organizations.rules import User

_queries = load_queries(__file__)


async def change_password(
    db: Database, user: User, proven: Proven, passwords: Passwords, new: str, now: datetime
) -> None:
    """Set a password that its owner chose, who proved the old one; all that is signed in ends, and links for a reset.

    `Invalid` for a weak one, `Unauthenticated` when the old one was changed since it was proved.
    """
    hashed = await passwords.hash(checked_password(new, user.email), user.email)
    async with db.first.system() as conn:
        account = await _queries.locked_account(conn, id=user.account_id)
        if account["password_hash"] != proven.password_hash:
            raise Unauthenticated(CHANGED)
        await set_password(conn, user.account_id, hashed, now)
        await note(conn, user.account_id, user.membership_id, "changed the password", user.email, now)


async def asks_for_codes(db: Database, account_id: int) -> bool:
    """Whether the sign-in of an account asks for one-time codes."""
    async with db.first.system() as conn:
        return bool((await _queries.account(conn, id=account_id))["otp_is_on"])


async def new_otp_key(db: Database, proven: Proven) -> bytes:
    """A fresh key for an authenticator app, in place of one before; codes are asked for once one was confirmed.

    `BadRequest` when they are already, `Unauthenticated` when the password was changed since it was proved.
    """
    async with db.first.system() as conn:
        account = await _queries.locked_account(conn, id=proven.account.id)
        if account["password_hash"] != proven.password_hash:
            raise Unauthenticated(CHANGED)
        if account["otp_is_on"]:
            raise BadRequest("Codes are asked for already.")
        key = otp.new_key()
        await _queries.set_otp(conn, id=proven.account.id, secret=key, is_on=False)
        return key


async def confirm_otp(db: Database, user: User, code: str, now: datetime) -> bool:
    """Ask for codes from now on, when this one is right."""
    async with db.first.system() as conn:
        account = await _queries.account(conn, id=user.account_id)
        secret = account["otp_secret"]
        if secret is None or account["otp_is_on"]:
            return False
        step = otp.step_of(secret, code, now, account["otp_step"])
        if step is None or not await _queries.use_step(conn, id=user.account_id, secret=secret, step=step):
            return False
        await note(conn, user.account_id, user.membership_id, "two-factor on", user.email, now)
        return True
