"""Make the keys of donors' addresses anew by `address_key`: the old ones made one of mailboxes that only look alike."""

from __future__ import annotations

from typing import Any

import structlog

from almoner.platform.database import Connection
from almoner.platform.mailboxes import address_key

_log = structlog.get_logger(__name__)

# An address in plain ASCII had this key before: itself in small letters.
_DONORS = """
SELECT organization_id, id, email, email_key FROM giving.donor WHERE octet_length(email) > char_length(email)
ORDER BY organization_id, id
"""
_KEY = """
UPDATE giving.donor d SET email_key = $3 WHERE d.organization_id = $1 AND d.id = $2
AND NOT EXISTS (SELECT FROM giving.donor x WHERE x.organization_id = $1 AND x.email_key = $3)
RETURNING d.id
"""


async def migrate(conn: Connection) -> None:
    """Change the keys that differ. Two donors of one mailbox stay two: the one that has its key keeps it, the other is told of.

    No gift moves: what two people gave as one donor stays there, and from now on each has a donor of their own.
    """
    left = [
        (row, key)
        for row in await conn.fetch(_DONORS)
        if (key := address_key(row["email"])) != row["email_key"]
    ]
    while left:
        before, left = left, [one for one in left if not await _has_moved(conn, *one)]
        if len(left) == len(before):  # else one of them may have left the key that another one takes
            break
    for row, _ in left:
        _log.warning(
            "another_donor_has_this_mailbox",
            organization_id=row["organization_id"],
            donor_id=row["id"],
            consequence="gifts from this mailbox go to the other donor",
        )


async def _has_moved(conn: Connection, row: Any, key: str) -> bool:
    return await conn.fetchval(_KEY, row["organization_id"], row["id"], key) is not None
