# after the rest
"""Answers that programs before 20261201-0800 kept say whom they speak of, as far as it is known: a look at each takes half a
millisecond, and an erasure would look at all.

Their paths are not known, so what an answer itself is stands without a word: `:12`.
"""

from __future__ import annotations

from almoner.platform.database import Connection

_PORTION = r"""
UPDATE platform.idempotency i SET about = ARRAY(
    SELECT lower(regexp_replace(f.key, 'Ids?$', '')) || ':' || (v.id #>> '{}')
    FROM jsonb_path_query(i.answer, 'strict $.** ? (@.type() == "object")') AS o (each), jsonb_each(o.each) AS f,
        jsonb_path_query(f.value, '$[*] ? (@.type() == "number")') AS v (id)
    WHERE f.key ~ 'Ids?$'
    UNION
    SELECT ':' || (o.id #>> '{}') FROM jsonb_path_query(i.answer, '$[*].id') AS o (id))
FROM (
    SELECT k.organization_id, k.product, k.key FROM platform.idempotency k
    WHERE k.about IS NULL AND k.answer IS NOT NULL LIMIT 500 FOR NO KEY UPDATE SKIP LOCKED) k
WHERE i.organization_id = k.organization_id AND i.product = k.product AND i.key = k.key
"""


async def migrate(conn: Connection) -> None:
    """A portion at a time, until none is left that nobody holds."""
    while await conn.execute(_PORTION) != "UPDATE 0":
        pass
