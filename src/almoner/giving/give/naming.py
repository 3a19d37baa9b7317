"""Look up what a gift names, before it is checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from almoner.giving.custom_fields.service import fields_of
from almoner.giving.custom_fields.values import NO_FIELDS
from almoner.giving.forms.service import form_facts
from almoner.giving.give.extras import Named, NamedPremium, NamedSegment
from almoner.giving.give.requests import GiveBody
from almoner.kernel.errors import FieldError
from almoner.kernel.text import clean, fold_code
from almoner.platform.database import Tx, load_queries
from almoner.platform.wire import fill

_queries = load_queries(__file__)

LOOKED_AT = 3
"""Unknown codes of one gift of which is said what they may mean."""

ClosedCodes = Callable[[Tx], Awaitable[Sequence[str]]]
"""Folded codes of projects that no form offers, whatever giving itself says of them: those whose twin elsewhere takes nothing online."""


async def none_closed(_tx: Tx) -> Sequence[str]:
    """Giving alone: what is active is offered."""
    return ()


async def tell_near_codes(
    tx: Tx, request: GiveBody, errors: Sequence[FieldError], closed: ClosedCodes
) -> tuple[FieldError, ...]:
    """The `errors` of a gift, the first of its unknown project codes with those that it may mean, of what a form may offer.

    Where its form does not offer a code either, that is told with what the form offers.
    """
    told = Counter(error.field for error in errors)
    codes = {
        f"projects[{index}].code": part.code
        for index, part in enumerate(request.projects or ())
        if part.project_id is None
    }
    unknown = [error for error in errors if error.code == "UNKNOWN" and codes.get(error.field)]
    looked = [error for error in unknown if told[error.field] == 1][:LOOKED_AT]
    if not looked:
        return tuple(errors)
    rows = await _queries.near_codes(
        tx, codes=[codes[error.field] for error in looked], closed=list(await closed(tx))
    )
    near = {error: row["near"] for error, row in zip(looked, rows, strict=True)}
    return tuple(replace(error, message=error.message + near.get(error, "")) for error in errors)


async def read_named(tx: Tx, request: GiveBody, closed: ClosedCodes) -> Named:
    """What there is of what a gift names, and of what its form names where the gift does not."""
    form = None
    if request.form_id is not None:
        form = await form_facts(tx, request.form_id, await closed(tx))
    segment_id, code = request.segment_id, clean(request.segment_code)
    if segment_id is None and code is None and form is not None:
        segment_id = form.segment_id
    segment = None
    if segment_id is not None or code is not None:
        segment = await _queries.segment(
            tx, id=segment_id, code_key=None if code is None else fold_code(code)
        )
    premium_id = request.premium_id or (form and form.premium_id)
    premium = None if premium_id is None else await _queries.premium(tx, id=premium_id)
    return Named(
        fields=(await fields_of(tx)).none_required() if request.donor.custom_fields else NO_FIELDS,
        form=form,
        segment=None if segment is None else fill(NamedSegment, segment),
        premium=None if premium is None else fill(NamedPremium, premium),
    )
