"""`almoner sync`: why a record is or is not in the CRM, and one more try."""

from __future__ import annotations

from typing import Annotated

import typer

from almoner.cli.output import (
    AsJson,
    DataDir,
    Org,
    id_of,
    one_of,
    opened_database,
    out,
    print_json,
    run,
    settings_from,
)
from almoner.kernel.clock import SystemClock
from almoner.platform.settings import Settings
from almoner.sync import service
from almoner.sync.entities import BY_NAME
from almoner.sync.service import Why
from almoner.sync.views import sync_view
from almoner.tenants.service import chosen_organization

app = typer.Typer(help="The sync from giving to the CRM.", no_args_is_help=True)

Entity = Annotated[str, typer.Argument(parser=one_of(*BY_NAME), metavar="ENTITY", help="donor or gift")]
RecordId = Annotated[int, typer.Argument(parser=id_of, metavar="ID", help="The record's id in giving.")]


@app.command("why")
def why(
    entity: Entity, record_id: RecordId, org: Org = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Tell the one state and the one reason of a donor or a gift."""
    _print(run(_ask(settings_from(data_dir), entity, record_id, org, again=False)), as_json=as_json)


@app.command("retry")
def retry(
    entity: Entity, record_id: RecordId, org: Org = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Try a failed or waiting record again; a running server does it within seconds."""
    _print(run(_ask(settings_from(data_dir), entity, record_id, org, again=True)), as_json=as_json)


async def _ask(settings: Settings, entity: str, record_id: int, org: int | None, *, again: bool) -> Why:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        if again:
            return await service.retry(tx, entity, record_id, SystemClock().now())
        return await service.why(tx, entity, record_id)


def _print(found: Why, *, as_json: bool) -> None:
    model = sync_view(found, "")
    if as_json:
        print_json(
            {
                "entity": model.entity,
                "id": model.id,
                "state": model.state,
                "reason": model.reason,
                "detail": model.detail,
                "explanation": model.explanation,
                "version": model.version,
                "syncedVersion": model.synced_version,
                "crmKey": model.crm_key,
                "attempts": model.attempts,
                "nextAttemptDate": model.next_attempt_date,
            }
        )
        return
    out.print(
        f"{model.entity} {model.id}: [bold]{model.state}[/]" + (f", {model.reason}" if model.reason else "")
    )
    out.print(f"  {model.explanation}")
    if model.detail:
        out.print(f"  Detail: {model.detail}")
    if model.crm_key:
        out.print(f"  CRM key: {model.crm_key}")
    if 0 < model.synced_version < model.version:
        out.print(f"  The CRM has it as it was in version {model.synced_version} of {model.version}.")
    if model.next_attempt_date:
        out.print(f"  Next attempt: {model.next_attempt_date}")
