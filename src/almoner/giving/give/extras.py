"""What a gift names beside its money, and what comes with it: as it was looked up, and as it is kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from almoner.giving.custom_fields.values import NO_FIELDS, Fields
from almoner.giving.donor_contacts.rules import email_key
from almoner.giving.forms.rules import Form
from almoner.giving.gifts.extras import TRIBUTE_TYPES
from almoner.giving.give.requests import GiveBody, TributeBody
from almoner.kernel.amounts import whole_minor
from almoner.kernel.errors import FieldError
from almoner.kernel.money import MINOR_MAX
from almoner.kernel.text import clean, fold_code

COSTS_CODE = "creditcardcosts"
"""The folded code of the project of processing costs (giving/projects/rules.py)."""


class NamedSegment(msgspec.Struct, frozen=True):
    """A segment that a gift, or its form, names."""

    id: int
    campaign_id: int
    code: str
    code_key: str


class NamedPremium(msgspec.Struct, frozen=True):
    """A premium that a gift, or its form, names: its worth in minor units of `currency`, and whether one can be had at this moment."""

    id: int
    name: str
    currency: str
    fair_value_minor: int
    is_active: bool
    is_there: bool


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of what a gift names; None where nothing is named, or there is no such record."""

    form: Form | None = None
    segment: NamedSegment | None = None
    premium: NamedPremium | None = None
    fields: Fields = NO_FIELDS
    """The fields of donors that the organization added, where the gift says something of them."""


NOTHING = Named()


class Attribution(msgspec.Struct, frozen=True, kw_only=True):
    """Where a gift belongs, of what it and its form say, and what refuses it."""

    campaign_id: int | None
    segment_id: int | None
    segment_code: str | None
    form_id: int | None
    motivation_code: str | None
    premium: NamedPremium | None
    problems: Sequence[FieldError]


def names_records(request: GiveBody) -> bool:
    """Whether a gift names what has to be looked up before it is asked for."""
    return not (
        request.form_id is None
        and request.segment_id is None
        and request.segment_code is None
        and request.premium_id is None
    )


def segment_key(request: GiveBody) -> str | None:
    """The folded code of the segment that a gift names, if that is all that has to be looked up: giving_code.ask does it on its way."""
    code = clean(request.segment_code)
    if code is None:
        return None
    is_alone = request.segment_id is None and request.form_id is None and request.premium_id is None
    return fold_code(code) if is_alone else None


def attributed(request: GiveBody, named: Named) -> Attribution:
    """Where the gift of `request` belongs: what it says itself comes first, then its form, then its segment's campaign."""
    form, segment, premium = named.form, named.segment, named.premium
    problems = [*_of_form(request, form), *_of_segment(request, named)]
    if request.premium_id is not None:
        problems += _of_premium(request.premium_id, premium)
    elif premium is not None and not (premium.is_active and premium.is_there):
        premium = None  # the form's own: without it the gift is as welcome
    campaign_id, motivation_code = request.campaign_id, clean(request.motivation_code)
    if form is not None:
        campaign_id, motivation_code = form.campaign_id, motivation_code or form.motivation_code
    elif campaign_id is None and segment is not None:
        campaign_id = segment.campaign_id
    return Attribution(
        campaign_id=campaign_id,
        segment_id=None if segment is None else segment.id,
        segment_code=clean(request.segment_code) if segment is None else segment.code,
        form_id=None if form is None else form.id,
        motivation_code=motivation_code,
        premium=premium,
        problems=problems,
    )


def _of_form(request: GiveBody, form: Form | None) -> list[FieldError]:
    if request.form_id is None:
        return []
    if form is None:
        return [FieldError("formId", "UNKNOWN", f"There is no form {request.form_id}.")]
    problems = []
    if not form.is_active:
        problems.append(FieldError("formId", "INACTIVE", "This form is inactive and takes no gifts."))
    if request.campaign_id not in (None, form.campaign_id):
        text = f"The form belongs to campaign {form.campaign_id}: leave campaignId out."
        problems.append(FieldError("campaignId", "INCONSISTENT", text, ("formId",)))
    if request.costs and not form.covers_costs:
        text = "This form lets nobody cover costs: leave costs out."
        problems.append(FieldError("costs", "INCONSISTENT", text, ("formId",)))
    return problems


def _of_segment(request: GiveBody, named: Named) -> list[FieldError]:
    segment, form = named.segment, named.form
    if request.segment_id is not None and segment is None:
        return [FieldError("segmentId", "UNKNOWN", f"There is no segment {request.segment_id}.")]
    if segment is None:
        return []
    code = clean(request.segment_code)
    if request.segment_id is not None and code is not None and fold_code(code) != segment.code_key:
        text = "This is not the code of the segment with this segmentId."
        return [FieldError("segmentCode", "INCONSISTENT", text, ("segmentId",))]
    campaign_id = form.campaign_id if form is not None else request.campaign_id
    if campaign_id not in (None, segment.campaign_id):
        field = "segmentCode" if request.segment_id is None else "segmentId"
        text = f"The segment belongs to campaign {segment.campaign_id}, not to campaign {campaign_id}."
        return [FieldError(field, "INCONSISTENT", text, ("campaignId", "formId"))]
    return []


def _of_premium(premium_id: int, premium: NamedPremium | None) -> list[FieldError]:
    if premium is None:
        return [FieldError("premiumId", "UNKNOWN", f"There is no premium {premium_id}.")]
    if not premium.is_active:
        text = "This premium is inactive and is given out no more: leave premiumId out."
        return [FieldError("premiumId", "INACTIVE", text)]
    return []


def covered_costs(
    request: GiveBody, amount_minor: int | None, currency: str | None, errors: list[FieldError]
) -> int:
    """The costs that the donor covers, in minor units of `currency`: 0 when none are."""
    minor = whole_minor(request.costs, currency or "USD", "costs", errors) or 0
    if minor < 0:
        errors.append(FieldError("costs", "OUT_OF_RANGE", "The amount cannot be negative."))
    elif minor > 0 and request.donor_paid_costs is False:
        text = "donorPaidCosts says that the donor covers none: leave costs out."
        errors.append(FieldError("costs", "INCONSISTENT", text, ("donorPaidCosts",)))
    elif not minor and request.donor_paid_costs and request.costs is None:
        errors.append(FieldError("costs", "REQUIRED", "Say how much the donor covers.", ("donorPaidCosts",)))
    elif (amount_minor or 0) + minor > MINOR_MAX:
        errors.append(FieldError("costs", "TOO_LARGE", "The amount is too large.", ("amount",)))
    return minor


_WORDS = (
    "billing_name",
    "shipping_name",
    "submission_url",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "google_gclid",
)


def detail_of(
    request: GiveBody, costs_minor: int, premium: NamedPremium | None, errors: list[FieldError]
) -> dict[str, Any] | None:
    """The columns of what comes with the gift, beside its row; None when nothing does."""
    row: dict[str, Any] = {
        name: text
        for name, given in zip(_WORDS, _words(request), strict=True)
        if given is not None and (text := clean(given)) is not None
    }
    for which, address in (("billing", request.billing_address), ("shipping", request.shipping_address)):
        if address is not None:
            parts = ((name, clean(getattr(address, name))) for name in address.__struct_fields__)
            row |= {f"{which}_{name}": text for name, text in parts if text is not None}
    if request.tribute is not None:
        row |= _tribute(request.tribute, errors)
    if request.browser_info:
        row["browser_info"] = request.browser_info
        errors += [
            FieldError("browserInfo", "TOO_LONG", "A name and its value have at most 500 characters each.")
            for name, value in request.browser_info.items()
            if len(name) > 500 or len(value) > 500
        ][:1]
    if request.gift_aid_requested:
        row["gift_aid_requested"] = True
    if costs_minor > 0:
        row["costs_minor"] = costs_minor
    if premium is not None:
        row |= _promised(premium)
    return row or None


def _words(request: GiveBody) -> tuple[str | None, ...]:
    return (
        request.billing_name,
        request.shipping_name,
        request.submission_url,
        request.utm_source,
        request.utm_medium,
        request.utm_campaign,
        request.utm_term,
        request.utm_content,
        request.google_gclid,
    )


def _promised(premium: NamedPremium) -> dict[str, Any]:
    return {
        "premium_id": premium.id,
        "premium_name": premium.name,
        "premium_currency": premium.currency,
        "premium_value_minor": premium.fair_value_minor,
    }


def _tribute(tribute: TributeBody, errors: list[FieldError]) -> Mapping[str, Any]:
    kind = _kind(tribute.type, errors)
    name: str | None = tribute.name
    row = {
        f"tribute_{part}": clean(getattr(tribute, part))
        for part in ("name", "message", "notify_name", "notify_email", "notify_address")
    }
    if name is not None and row["tribute_name"] is None:  # null: it could not be read, which is told already
        errors.append(FieldError("tribute.name", "REQUIRED", "A tribute needs a name."))
    if (address := row["tribute_notify_email"]) is not None:
        email_key(address, "tribute.notifyEmail", errors)
    return {"tribute_type": kind, **{name: text for name, text in row.items() if text is not None}}


def _kind(written: str | None, errors: list[FieldError]) -> str | None:
    """The code of a tribute's type, by its code or its name in whatever case; of what could not be read nothing is said."""
    if written is None:
        return None
    names = {word.casefold(): code for code, label in TRIBUTE_TYPES.items() for word in (code, label)}
    kind = names.get(written.strip().casefold())
    if kind is None:
        errors.append(FieldError("tribute.type", "UNKNOWN", f"Expected one of: {', '.join(TRIBUTE_TYPES)}."))
    return kind
