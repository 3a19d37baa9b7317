"""The cheapest command line with the libraries that ours has: typer, rich, asyncpg and msgspec, and nothing of its own."""

from __future__ import annotations

import asyncio
import os

import asyncpg
import msgspec
import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(help="The cheapest command line.", no_args_is_help=True)


class Organization(msgspec.Struct):
    """What is listed."""

    id: int
    name: str


@app.command("list")
def list_() -> None:
    """List the organizations of the database at `DATABASE_URL`."""
    table = Table("id", "name")
    for one in asyncio.run(_organizations(os.environ["DATABASE_URL"])):
        table.add_row(str(one.id), one.name)
    Console().print(table)


@app.command()
def version() -> None:
    """Print the version."""
    Console().print("0")


async def _organizations(dsn: str) -> list[Organization]:
    conn = await asyncpg.connect(dsn)
    try:
        rows = await conn.fetch("SELECT organization_id, name FROM platform.organization ORDER BY 1")
    finally:
        await conn.close()
    return [Organization(row["organization_id"], row["name"]) for row in rows]


if __name__ == "__main__":
    app()
