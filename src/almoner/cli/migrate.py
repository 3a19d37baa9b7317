"""`almoner migrate`: bring the database up to date."""

from __future__ import annotations

from almoner.cli.output import AsJson, DataDir, out, print_json, run, settings_from
from almoner.platform.database.migrate import migrate
from almoner.platform.location import database_for
from almoner.platform.settings import Settings


def command(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Run the migrations that have not run yet. `serve` does this too when it starts."""
    ran = run(_migrate(settings_from(data_dir)))
    if as_json:
        print_json({"applied": ran})
    elif ran:
        out.print("Applied: " + ", ".join(ran))
    else:
        out.print("The database is up to date.")


async def _migrate(settings: Settings) -> list[str]:
    """What ran on the first server, then what ran on each further one, with its name before it."""
    with database_for(settings, make=True) as located:
        ran = await migrate(located.dsn)
        for name, address in settings.further_owned.items():
            ran += [f"{name}: {what}" for what in await migrate(address)]
        return ran
