"""A database as the first landed version made it: its own SQL, kept word for word in tests/data/foundation."""

from __future__ import annotations

import hashlib
from pathlib import Path

import asyncpg

FILES = sorted((Path(__file__).parents[1] / "data" / "foundation").glob("*.sql"))

_LEDGER = """CREATE TABLE public.almoner_migration (
    name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"""


async def make_foundation(dsn: str) -> None:
    """Run the seven migrations of the first version on an empty database, and note them in its ledger."""
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute(_LEDGER)
        for file in FILES:
            await conn.execute(file.read_text())
            checksum = hashlib.sha256(file.read_bytes()).hexdigest()
            await conn.execute(
                "INSERT INTO public.almoner_migration (name, checksum) VALUES ($1, $2)", file.stem, checksum
            )
    finally:
        await conn.close()
