"""`almoner donor`: look at a donor, merge two who are one, move a gift, erase who asks to be forgotten."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from almoner.cli.output import (
    AsJson,
    DataDir,
    Org,
    fail,
    opened_database,
    out,
    print_json,
    run,
    settings_from,
)
from almoner.cli.people import by_whom
from almoner.giving.donor_merges import service as merges
from almoner.giving.donor_merges.views import DonorMergeView, MergePreviewView
from almoner.giving.donors.service import survivor_of
from almoner.giving.donors.views import DonorView, donor_view
from almoner.giving.erasures import service as erasures
from almoner.giving.transfers import service as transfers
from almoner.kernel.ids import ID_MAX
from almoner.platform.database import Tx
from almoner.platform.settings import Settings
from almoner.platform.wire import View, told
from almoner.tenants.choice import chosen_organization

app = typer.Typer(help="Donors: who they are, merged, moved and erased.", no_args_is_help=True)

DonorId = Annotated[int, typer.Argument(metavar="DONOR", min=1, max=ID_MAX, help="The donor's id.")]
Duplicate = Annotated[
    int,
    typer.Argument(metavar="DUPLICATE", min=1, max=ID_MAX, help="The id of the one who is the same person."),
]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.")]
Yes = Annotated[
    bool, typer.Option("--yes", metavar="", help="Do it. Without it is only told what would be done.")
]


@app.command()
def show(donor_id: DonorId, org: Org = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show a donor, how the donor is reached, and keys; of one that was merged, the one it is now."""
    settings = settings_from(data_dir)

    async def read(tx: Tx) -> DonorView:
        return donor_view(await survivor_of(tx, donor_id), settings.public_url)

    donor = run(_in(settings, org, read))
    if as_json:
        print_json(told(donor))
        return
    table = Table("", "donor", str(donor.id), show_header=False)
    for label, value in _facts(donor):
        table.add_row(label, value)
    out.print(table)


@app.command()
def merge(
    donor_id: DonorId,
    duplicate_id: Duplicate,
    yes: Yes = False,
    reason: Reason = None,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Merge a duplicate into a donor: gifts move, and its e-mail addresses find the donor. Tells first what that would do."""

    async def work(tx: Tx) -> MergePreviewView | DonorMergeView:
        if not yes:
            return await merges.preview(tx, donor_id, duplicate_id)
        said = {"duplicate_id": duplicate_id, "reason": reason}
        return await merges.merge_donors(tx, donor_id, said, datetime.now(UTC), by=by_whom())

    done = run(_in(settings_from(data_dir), org, work))
    if as_json:
        print_json(told(done))
    elif isinstance(done, MergePreviewView):
        _print_preview(done)
    else:
        out.print(f"Donor {duplicate_id} is donor {donor_id} from now on (merge {done.id}).")


@app.command()
def unmerge(
    duplicate_id: Duplicate,
    reason: Reason = None,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let a donor who was merged be its own again, with the gifts that the merge moved."""

    async def work(tx: Tx) -> DonorMergeView:
        return await merges.unmerge_donor(
            tx, duplicate_id, {"reason": reason}, datetime.now(UTC), by=by_whom()
        )

    done = run(_in(settings_from(data_dir), org, work))
    if as_json:
        print_json(told(done))
    else:
        out.print(f"Donor {duplicate_id} is its own again.")


@app.command()
def transfer(
    gift_id: Annotated[int, typer.Argument(metavar="GIFT", min=1, max=ID_MAX, help="The gift's id.")],
    donor_id: DonorId,
    reason: Reason = None,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Move a gift to the donor who gave it. The payment is not touched."""

    async def work(tx: Tx) -> View:
        said = {"donor_id": donor_id, "reason": reason}
        return await transfers.transfer_gift(tx, gift_id, said, datetime.now(UTC), by=by_whom())

    gift = run(_in(settings_from(data_dir), org, work))
    if as_json:
        print_json(told(gift))
    else:
        out.print(f"Gift {gift_id} is donor {told(gift)['donorId']}'s.")


@app.command()
def erase(
    donor_id: DonorId,
    yes: Yes = False,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Erase the personal data of a donor who asks to be forgotten; what was given stays. Tells first what goes. Nothing brings it back."""

    async def work(tx: Tx) -> Any:
        now = datetime.now(UTC)
        if not yes:
            return await erasures.look(tx, donor_id, now)
        return await erasures.erase_donor(tx, donor_id, {"confirmed_donor_id": donor_id}, now, by=by_whom())

    done = run(_in(settings_from(data_dir), org, work))
    if as_json:
        print_json(told(done))
        return
    table = Table("what goes" if not done.is_done else "what went", "records")
    for each in done.erased:
        table.add_row(each.what, f"{each.records:,}")
    out.print(table)
    out.print("What stays: " + "; ".join(done.kept) + ".", soft_wrap=True)


async def _in(settings: Settings, org: int | None, work: Callable[[Tx], Awaitable[Any]]) -> Any:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        return await work(tx)


def _facts(donor: DonorView) -> list[tuple[str, str]]:
    reached = [*donor.donor_email_addresses, *donor.donor_phone_numbers]
    facts = [("name", donor.name), ("contact in the CRM", donor.crm_key or "")]
    facts += [
        (one.type_display.lower(), f"{one.value}{' (primary)' if one.is_primary else ''}") for one in reached
    ]
    facts += [
        (
            one.address_type_display.lower(),
            ", ".join(filter(None, (one.address1, one.city, one.postal, one.state))),
        )
        for one in donor.donor_addresses
    ]
    states = [
        ("archived", donor.is_archived),
        ("erased", donor.is_gdpr_deleted),
        ("test mode", donor.is_test_mode),
    ]
    return [*facts, *((name, "yes") for name, is_so in states if is_so)]


def _print_preview(seen: MergePreviewView) -> None:
    if seen.obstacle is not None:
        fail(seen.obstacle)
    table = Table("", "stays", "is merged")
    sides = (seen.survivor, seen.duplicate)
    table.add_row("donor", *(str(side.donor_id) for side in sides))
    table.add_row("name", *(side.name for side in sides))
    table.add_row("e-mail", *(side.email or "" for side in sides))
    table.add_row("contact in the CRM", *(side.crm_key or "" for side in sides))
    table.add_row("gifts", *(f"{side.gift_count:,}" for side in sides))
    given = (", ".join(one.formatted_amount for one in side.lifetime_giving) for side in sides)
    table.add_row("given", *given)
    out.print(table)
    for one in seen.filled_custom_fields:
        gets = f"Donor {seen.survivor.donor_id} would get {one.display_name}: {one.value}"
        out.print(gets, markup=False, soft_wrap=True)
    out.print(
        f"{seen.moved_gift_count:,} gifts would move. Nothing was done: say --yes to do it.", soft_wrap=True
    )
