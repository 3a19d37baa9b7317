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
from almoner.crm.contract import TakenBack
from almoner.kernel.clock import SystemClock
from almoner.kernel.money import format_amount
from almoner.platform.program import typed
from almoner.platform.settings import Settings
from almoner.sync import service
from almoner.sync.entities import BY_NAME, GIFT
from almoner.sync.rules import RETRY_IS_VAIN, Reason, State
from almoner.sync.service import Why
from almoner.sync.triage.service import taken_back, trouble
from almoner.sync.views import sync_view
from almoner.tenants.choice import chosen_organization

app = typer.Typer(help="The sync from giving to the CRM.", no_args_is_help=True)

Entity = Annotated[str, typer.Argument(parser=one_of(*BY_NAME), metavar="ENTITY", help="donor or gift")]
RecordId = Annotated[int, typer.Argument(parser=id_of, metavar="ID", help="The record's id in giving.")]


@app.command("why")
def why(
    entity: Entity, record_id: RecordId, org: Org = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Tell the one state and the one reason of a donor or a gift, and of what it waits for."""
    found, cause, back = run(_ask(settings_from(data_dir), entity, record_id, org, again=False))
    _print(found, cause, back, org, as_json=as_json)


@app.command("retry")
def retry(
    entity: Entity, record_id: RecordId, org: Org = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Try a failed or waiting record again; a running server does it within seconds."""
    found, cause, back = run(_ask(settings_from(data_dir), entity, record_id, org, again=True))
    _print(found, cause, back, org, as_json=as_json)


async def _ask(
    settings: Settings, entity: str, record_id: int, org: int | None, *, again: bool
) -> tuple[Why, Why, list[TakenBack]]:
    """Why a record is where it is, and why what it waits for is: itself where for nothing else; and what of it was taken back there."""
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        if again:
            await service.retry(tx, entity, record_id, SystemClock().now())
        if entity == GIFT.name:
            found, cause = await trouble(tx, record_id)
            return found, cause, await taken_back(tx, found)
        found = await service.why(tx, entity, record_id)
        return found, found, []


def _facts(found: Why) -> dict[str, object]:
    model = sync_view(found, "")
    return {
        "entity": model.entity,
        "id": model.id,
        "state": model.state,
        "reason": model.reason,
        "detail": model.detail,
        "explanation": model.explanation,
        "warning": model.warning,
        "version": model.version,
        "syncedVersion": model.synced_version,
        "crmKey": model.crm_key,
        "attempts": model.attempts,
        "nextAttemptDate": model.next_attempt_date,
    }


def _tell_back(back: list[TakenBack]) -> None:
    for one in back:
        day = f" on {one.day}" if one.day else ""
        out.print(
            f"  {format_amount(one.minor, one.currency)} taken back in the CRM{day}, by gift {one.id} there."
        )


def _back_fact(one: TakenBack) -> dict[str, object]:
    day = None if one.day is None else one.day.isoformat()
    return {"crmGiftId": one.id, "giftDate": day, "amount": format_amount(one.minor, one.currency)}


def _print(found: Why, cause: Why, back: list[TakenBack], org: int | None, *, as_json: bool) -> None:
    model, waits_for = sync_view(found, ""), None if cause is found else sync_view(cause, "")
    if as_json:
        print_json(
            _facts(found)
            | {"waitsFor": None if waits_for is None else _facts(cause)}
            | {"takenBack": [_back_fact(one) for one in back]}
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
    _tell_back(back)
    if model.next_attempt_date:
        out.print(f"  Next attempt: {model.next_attempt_date}")
    if waits_for is not None:
        state = ", ".join(filter(None, (waits_for.state, waits_for.reason)))
        out.print(f"  It waits for {waits_for.entity} {waits_for.id}: {state}")
        out.print(f"    {waits_for.explanation}")
    record = cause.record
    can_retry = record.state is State.FAILED and record.reason not in RETRY_IS_VAIN
    if can_retry or record.reason is Reason.RETRYING:
        whose = "" if org is None else f" --org {org}"
        out.print(f"  Next: `{typed(f'sync retry {record.entity} {record.record_id}{whose}')}`")
