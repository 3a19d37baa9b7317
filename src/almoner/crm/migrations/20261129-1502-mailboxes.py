"""Make the keys of contacts' e-mail addresses anew by `address_key`: the old ones made one of mailboxes that only look alike."""

from __future__ import annotations

from almoner.platform.database import Connection
from almoner.platform.mailboxes import address_key

# An address in plain ASCII had this key before: itself in small letters.
_METHODS = """
SELECT organization_id, id, value, value_key FROM crm.contact_method
WHERE type LIKE '%Email' AND octet_length(value) > char_length(value)
"""
_KEYS = """
UPDATE crm.contact_method m SET value_key = k.key FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS k (organization_id, id, key)
WHERE m.organization_id = k.organization_id AND m.id = k.id
"""


async def migrate(conn: Connection) -> None:
    """Change the keys that differ. Contacts may share an address: none is joined or split."""
    rows = [
        (row["organization_id"], row["id"], address_key(row["value"]), row["value_key"])
        for row in await conn.fetch(_METHODS)
    ]
    changed = [row[:3] for row in rows if row[2] != row[3]]
    if changed:
        await conn.execute(_KEYS, *map(list, zip(*changed, strict=True)))
