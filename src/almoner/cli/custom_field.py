"""`almoner custom-field`: the fields that an organization adds to its records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from shlex import quote
from typing import Annotated, Any, TypeVar

import typer
from rich.table import Table

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
from almoner.crm.custom_fields import service
from almoner.crm.custom_fields.rules import RECORD_TYPES, TYPES
from almoner.crm.custom_fields.views import CustomFieldView
from almoner.kernel.clock import SystemClock
from almoner.kernel.errors import only
from almoner.platform.database import Tx
from almoner.platform.program import typed
from almoner.platform.settings import Settings
from almoner.platform.wire import told
from almoner.tenants.choice import chosen_organization

T = TypeVar("T")

app = typer.Typer(help="Fields that an organization adds to its records.", no_args_is_help=True)

_RECORDS = {name.lower(): name for name in RECORD_TYPES}
_KINDS = {name.lower(): name for name in TYPES}

FieldId = Annotated[
    int, typer.Argument(parser=id_of, metavar="ID", help="The field's id, as `custom-field list` shows it.")
]
Record = Annotated[
    str, typer.Argument(parser=one_of(*_RECORDS), metavar="RECORD", help=f"One of {', '.join(RECORD_TYPES)}.")
]
DataType = Annotated[
    str, typer.Argument(parser=one_of(*_KINDS), metavar="TYPE", help=f"One of {', '.join(TYPES)}.")
]
DisplayName = Annotated[
    str | None,
    typer.Option("--display-name", metavar="TEXT", help="How it is shown, and asked for in queries."),
]
Options = Annotated[
    list[str] | None,
    typer.Option("--option", metavar="TEXT", help="What can be chosen of a list; repeatable, all of them."),
]
Required = Annotated[
    bool | None,
    typer.Option(
        "--required/--not-required",
        help="Whether records that are made or replaced over the API must have a value in it.",
    ),
]


@app.command("create")
def create(  # noqa: PLR0913, PLR0917 - one parameter for each option
    record: Record,
    name: Annotated[str, typer.Argument(help="Its name, which stays.")],
    data_type: DataType,
    display_name: DisplayName = None,
    option: Options = None,
    required: Required = None,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Add a field to a kind of record."""
    said = {
        "record_type": _RECORDS[record],
        "name": name,
        "data_type": _KINDS[data_type],
        "display_name": display_name,
        "options": option or [],
        "is_required": required or False,
        "is_archived": False,
    }

    async def make(tx: Tx) -> CustomFieldView:
        return await service.FIELDS.create(tx, said, SystemClock().now())

    made = run(_within(settings_from(data_dir), org, make))
    undo = f"custom-field archive {made.id}"
    _tell(
        made,
        f"{made.record_type} has the custom field {made.display_name} (id {made.id}) now.",
        undo,
        as_json=as_json,
    )


@app.command("edit")
def edit(
    field_id: FieldId,
    display_name: DisplayName = None,
    option: Options = None,
    required: Required = None,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let a field be shown and used otherwise; what is not said stays."""
    said = {"display_name": display_name, "options": option, "is_required": required}
    said = {name: value for name, value in said.items() if value is not None}
    if not said:
        raise typer.BadParameter(
            "Say what is to change: with --display-name, --option, --required or --not-required."
        )
    was, since = run(_changed(settings_from(data_dir), org, field_id, said))
    undo = f"custom-field edit {field_id} " + " ".join(_undoing(was, name) for name in said)
    _tell(since, f"Custom field {field_id}, {since.display_name}, is changed.", undo, as_json=as_json)


@app.command("archive")
def archive(
    field_id: FieldId,
    back: Annotated[bool, typer.Option("--back", metavar="", help="Take it into use again.")] = False,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take a field out of use; what records have in it is kept, and is there again when it comes back."""
    was, since = run(_changed(settings_from(data_dir), org, field_id, {"is_archived": not back}))
    if was.is_archived is since.is_archived and not as_json:
        out.print(
            f"Custom field {field_id} is {'in use' if back else 'archived already'}: nothing was changed."
        )
        return
    undo = f"custom-field archive {field_id}" + ("" if back else " --back")
    _tell(
        since,
        f"Custom field {field_id}, {since.display_name}, is {'in use again' if back else 'archived'}.",
        undo,
        as_json=as_json,
    )


@app.command("list")
def list_(
    archived: Annotated[
        bool, typer.Option("--archived", metavar="", help="Those that are out of use too.")
    ] = False,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the organization's fields of all kinds of records."""

    async def read(tx: Tx) -> list[CustomFieldView]:
        return await service.list_fields(tx, archived=archived)

    _print(run(_within(settings_from(data_dir), org, read)), as_json=as_json)


async def _changed(
    settings: Settings, org: int | None, field_id: int, said: dict[str, Any]
) -> tuple[CustomFieldView, CustomFieldView]:
    """The field as it was and as it is."""

    async def change(tx: Tx) -> tuple[CustomFieldView, CustomFieldView]:
        was = only(await service.FIELDS.read(tx, [field_id]), "custom field", field_id)
        return was, await service.FIELDS.revise(tx, field_id, said, SystemClock().now())

    return await _within(settings, org, change)


def _undoing(was: CustomFieldView, name: str) -> str:
    """The option that says what it was."""
    if name == "is_required":
        return "--required" if was.is_required else "--not-required"
    if name == "options":
        return " ".join(f"--option {quote(option)}" for option in was.options)
    return f"--display-name {quote(was.display_name)}"


def _tell(field: CustomFieldView, sentence: str, undo: str, *, as_json: bool) -> None:
    if as_json:
        print_json(told(field))
        return
    out.print(f"{sentence} What undoes it:", markup=False, highlight=False)
    out.print(f"  {typed(undo)}", markup=False, highlight=False, soft_wrap=True)


async def _within(settings: Settings, org: int | None, work: Callable[[Tx], Awaitable[T]]) -> T:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        return await work(tx)


def _print(fields: list[CustomFieldView], *, as_json: bool) -> None:
    if as_json:
        print_json([told(field) for field in fields])
        return
    if not fields:
        out.print("There is no custom field in use. Make one with:")
        out.print(
            f"  {typed('custom-field create RECORD NAME TYPE')}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
        return
    table = Table("id", "record", "name", "shown as", "type", "options", "required", "archived")
    for field in fields:
        flags = ("yes" if flag else "" for flag in (field.is_required, field.is_archived))
        names = (str(field.id), field.record_type, field.name, field.display_name, field.data_type)
        table.add_row(*names, ", ".join(field.options), *flags)
    out.print(table)
