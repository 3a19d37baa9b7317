"""Make, read, change and delete forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from almoner.giving.events import LOG
from almoner.giving.forms.rules import Form, FormProject, checked
from almoner.giving.forms.views import FormView, form_view
from almoner.kernel.errors import FieldError, Invalid, only, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.kernel.text import clean
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.records import Table, unknown
from almoner.platform.telling import read_rows, tell_rows
from almoner.platform.wire import fill, rows_of

_queries = load_queries(__file__)

FORMS = Table(LOG, "giving.form")
SORTS = {"id": "id", "name": "name", "createddatetime": "created_at"}


async def records(tx: Tx, ids: Sequence[int]) -> list[FormView]:
    """Forms in the order of `ids`, each with what it offers; unknown ids are left out. The one read of forms."""
    rows = await read_rows(_queries.records, tx, ids)
    return await tell_rows("giving.form", rows, ids, form_view, FormView)


async def create_form(tx: Tx, said: Mapping[str, Any], now: datetime) -> FormView:
    """Make a form of the fields `said`; `Invalid` names every broken one, and what it names that is not there or not of its campaign."""
    return await read_form(tx, await FORMS.add(tx, await _row(tx, said), now))


async def replace_form(tx: Tx, form_id: int, said: Mapping[str, Any], now: datetime) -> FormView:
    """Let a form be as it is `said`; gifts that came by it stay as they are. `NotFound` without it, and as `create_form`."""
    await read_form(tx, form_id)
    await FORMS.change(tx, form_id, await _row(tx, said), now)
    return await read_form(tx, form_id)


async def delete_form(tx: Tx, form_id: int, now: datetime) -> None:
    """Delete a form; `NotFound` without it, `Conflict` while a gift names it."""
    await FORMS.remove(tx, form_id, now, await read_form(tx, form_id))


async def broken_in_form(tx: Tx, said: Mapping[str, Any]) -> list[FieldError]:
    """Every field of `said` that a form refuses; null stands for what could not be read."""
    return [*refused_by(checked, said), *await _misnamed(tx, said)]


async def read_form(tx: Tx, form_id: int) -> FormView:
    """One form; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [form_id]), "form", form_id)


async def form_facts(tx: Tx, form_id: int, closed: Sequence[str]) -> Form | None:
    """What a form says of gifts that come by it; None without it. Projects of the folded codes `closed` are offered by none."""
    row = await _queries.facts(tx, id=form_id, closed=list(closed))
    if row is None:
        return None
    return fill(Form, row, offered=[FormProject(**each) for each in rows_of(row["offered"])])


async def list_forms(
    tx: Tx, paging: Paging, *, filter_: str | None = None, campaign_id: int | None = None
) -> Page[FormView]:
    """A page of forms, of one campaign or whose id or name holds `filter_`, and how many there are."""
    return await read_page(
        tx, _queries.chosen, paging, records, filter=clean(filter_), campaign_id=campaign_id
    )


async def _row(tx: Tx, said: Mapping[str, Any]) -> dict[str, Any]:
    row = checked(said)
    if errors := await _misnamed(tx, said):
        raise Invalid("The form is not valid.", fields=tuple(errors))
    return row


async def _misnamed(tx: Tx, said: Mapping[str, Any]) -> list[FieldError]:
    """An error of each field that names what is not there, or what no form can offer."""
    errors = [
        *await unknown(tx, "giving.campaign", {"campaignId": said["campaign_id"]}),
        *await unknown(tx, "giving.segment", {"segmentId": said["segment_id"]}),
        *await unknown(tx, "giving.premium", {"premiumId": said["premium_id"]}),
    ]
    offered = {f"offeredProjectIds[{n}]": id_ for n, id_ in enumerate(said["offered_project_ids"] or ())}
    split = {
        f"defaultSplit[{n}].projectId": part.project_id
        for n, part in enumerate(said["default_split"] or ())
        if part is not None
    }
    named = {field: id_ for field, id_ in {**offered, **split}.items() if id_ is not None}
    wrong = await _queries.misnamed(
        tx,
        project_ids=list(named.values()),
        segment_id=said["segment_id"],
        campaign_id=said["campaign_id"],
    )
    strange = {row["id"] for row in wrong if row["what"] == "project"}
    errors += [
        FieldError(field, "UNKNOWN", f"There is no project {id_} that a form can offer.")
        for field, id_ in named.items()
        if id_ in strange
    ]
    if any(row["what"] == "segment" for row in wrong):
        text = "The segment is one of another campaign."
        errors.append(FieldError("segmentId", "INCONSISTENT", text, ("campaignId",)))
    return errors
