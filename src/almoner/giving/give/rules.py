"""What a valid give is, and the record it becomes. Pure: no database, no clock, no framework."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec

from almoner.giving.custom_fields.values import Fields
from almoner.giving.donor_contacts.rules import email_key
from almoner.giving.gifts.split import day_of, split_of
from almoner.giving.give.extras import (
    COSTS_CODE,
    NOTHING,
    Attribution,
    Named,
    attributed,
    covered_costs,
    detail_of,
    names_records,
)
from almoner.giving.give.requests import GiveBody, GiveDonorBody
from almoner.giving.links import contact_key
from almoner.giving.payments.rules import Charge, payment_type
from almoner.kernel.amounts import positive_minor
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.money import MoneyError, currency_code
from almoner.kernel.text import clean


@dataclass(frozen=True, slots=True)
class NewGift:
    """A checked give, as `giving_code.give` takes it. Money in minor units of `currency`; `gift_on` is the local day."""

    donor: dict[str, Any]
    amount_minor: int
    currency: str
    projects: tuple[dict[str, Any], ...]
    campaign_id: int | None
    gift_on: date
    is_test_mode: bool
    is_anonymous: bool
    payment_type: str | None
    segment_code: str | None
    motivation_code: str | None
    notes: str | None
    comment: str | None
    source_system: str | None
    source_key: str | None
    idempotency_key: str | None
    fingerprint: str | None
    more: dict[str, Any]
    """Columns that few gifts have: what it is attributed to, what comes with it, and what refuses it unless it is here already."""

    def asking(self, gateway: str, account: str | None) -> dict[str, Any]:
        """The element of `giving_code.ask`'s array: what decides whether the gateway may be asked for this gift, through this account."""
        return {"gateway": gateway, "account": account, **_ASKING(self), **self.more}

    def row(self, charge: Charge) -> dict[str, Any]:
        """The columns of the gift's row that are known before it is stored; what it was paid with is the gateway's word."""
        return {**_PLAIN(self), **_PAYMENT(charge), **self.more}


def _picker(*names: str) -> Callable[[Any], dict[str, Any]]:
    """What picks these attributes of an object, by name."""
    pick = attrgetter(*names)
    return lambda source: dict(zip(names, pick(source), strict=True))


_PLAIN = _picker(*(name for name in NewGift.__slots__ if name not in ("donor", "more")))
_PAYMENT = _picker(*(name for name in Charge.__slots__ if name != "foretold"))
_ASKING = _picker(
    "amount_minor",
    "currency",
    "projects",
    "campaign_id",
    "source_system",
    "source_key",
    "idempotency_key",
    "fingerprint",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was found before a payment: the gift that an earlier request made, else the intent and the gateway's key for it."""

    gift_id: int | None
    intent_id: int
    gateway_key: UUID


@dataclass(frozen=True, slots=True)
class Written:
    """A stored gift: its ids, when it was received (UTC), and its split as it was resolved."""

    is_replay: bool
    gift_id: int
    donor_id: int
    received_at: datetime
    project_ids: tuple[int, ...]
    project_minor: tuple[int, ...]
    project_names: tuple[str, ...]
    campaign_name: str | None

    def row(self) -> dict[str, Any]:
        """The columns of the gift's row that storing it gave."""
        return {
            "id": self.gift_id,
            "donor_id": self.donor_id,
            "status": 1,
            "reversed_minor": 0,
            "reserved_minor": 0,
            "received_at": self.received_at,
            "modified_at": self.received_at,
            "project_ids": self.project_ids,
            "project_minor": self.project_minor,
            "project_names": self.project_names,
            "campaign_name": self.campaign_name,
        }


def check_give(
    request: GiveBody,
    *,
    base_currency: str,
    today: date,
    projects_max: int,
    idempotency_key: str | None,
    fingerprint: bytes,
    named: Named = NOTHING,
) -> NewGift:
    """The gift that `request` asks for; `Invalid` names every field that breaks a rule.

    `today` is the organization-local day: a gift without a date gets it, and no gift is later than it.
    The fingerprint is kept only with a key (idempotency or source), to tell a repeat from another gift.
    """
    errors: list[FieldError] = []
    keyed = idempotency_key is not None or request.transaction_id is not None
    gift = examined(
        request,
        errors,
        base_currency=base_currency,
        today=today,
        projects_max=projects_max,
        idempotency_key=idempotency_key,
        fingerprint=sha256(fingerprint).hexdigest() if keyed else None,
        named=named,
    )
    if errors:
        raise Invalid("The gift is not valid.", fields=tuple(errors))
    return gift


def examined(
    request: GiveBody,
    errors: list[FieldError],
    *,
    base_currency: str,
    today: date,
    projects_max: int,
    idempotency_key: str | None = None,
    fingerprint: str | None = None,
    named: Named = NOTHING,
) -> NewGift:
    """What `request` says of its gift, with all its `errors`; null stands in it for what could not be read.

    What refuses it by the records that it names (`named`) is no error here: it is found out with the gift whether it is here already.
    """
    form = named.form
    currency = _currency(request.currency_code, (form and form.currency) or base_currency, errors)
    amount_minor = positive_minor(request.amount, currency, "amount", errors)
    projects = split_of(request.projects, amount_minor, currency, projects_max, errors)
    belongs = attributed(request, named) if names_records(request) else None
    problems = [] if belongs is None else [*belongs.problems]
    if form is not None:
        problems += form.refused(projects)
        projects = (() if request.projects else form.split(amount_minor or 0)) or projects
    costs = covered_costs(request, amount_minor, currency, errors)
    if costs > 0:
        projects = (*projects, {"code": COSTS_CODE, "minor": costs})
    detail = detail_of(request, costs, None if belongs is None else belongs.premium, errors)
    donor = _donor(request, errors) | _own_fields(request, named.fields, problems)
    gift_on = day_of(request.date, today, errors)
    _check_recurring(request, errors)
    _both_or_none(
        request.transaction_source, request.transaction_id, "transactionSource", "transactionId", errors
    )
    return NewGift(
        donor=donor,
        amount_minor=(amount_minor or 0) + costs,
        currency=currency or base_currency,
        projects=projects,
        campaign_id=request.campaign_id if belongs is None else belongs.campaign_id,
        gift_on=gift_on,
        is_test_mode=request.is_test_mode,
        is_anonymous=request.is_anonymous,
        payment_type=payment_type(request.payment_method_type),
        segment_code=None if belongs is None else belongs.segment_code,
        motivation_code=clean(request.motivation_code) if belongs is None else belongs.motivation_code,
        notes=clean(request.notes),
        comment=clean(request.comment),
        source_system=request.transaction_source,
        source_key=request.transaction_id,
        idempotency_key=idempotency_key,
        fingerprint=fingerprint,
        more=_more(belongs, detail, problems),
    )


def _more(
    belongs: Attribution | None, detail: dict[str, Any] | None, problems: Sequence[FieldError]
) -> dict[str, Any]:
    """The columns that few gifts have; of most gifts none."""
    more: dict[str, Any] = {} if detail is None else {"detail": detail}
    if belongs is not None:
        premium = belongs.premium
        ids = {
            "segment_id": belongs.segment_id,
            "form_id": belongs.form_id,
            "premium_id": None if premium is None else premium.id,
        }
        more |= {name: value for name, value in ids.items() if value is not None}
    if problems:
        more["problems"] = [
            {"field": each.field, "code": each.code, "message": each.message} for each in problems
        ]
    return more


def _currency(given: str | None, base: str, errors: list[FieldError]) -> str | None:
    if given is None:
        return base
    try:
        return currency_code(given)
    except MoneyError as error:
        errors.append(FieldError("currencyCode", error.code, str(error)))
        return None


def _donor(request: GiveBody, errors: list[FieldError]) -> dict[str, Any]:
    donor = request.donor
    email = clean(donor.email)
    key = None if email is None else email_key(email, "donor.email", errors)
    if email is None and donor.source_key is None:
        text = "A donor needs an e-mail address or a source key."
        errors.append(FieldError("donor.email", "REQUIRED", text, ("donor.sourceKey",)))
    _both_or_none(donor.source_system, donor.source_key, "donor.sourceSystem", "donor.sourceKey", errors)
    if donor.is_organization and clean(donor.organization_name) is None:
        errors.append(
            FieldError(
                "donor.organizationName", "REQUIRED", "A donor that is an organization needs its name."
            )
        )
    return _donor_record(donor, email, key, _seeded(request, errors))


def _seeded(request: GiveBody, errors: list[FieldError]) -> str | None:
    """The key of the donor's contact, which the gift may say, or the donor's block, or both alike; a blank says none."""
    said, of_donor = (
        clean(contact_key(key)) if key is not None else None
        for key in (request.crm_key, request.donor.crm_key)
    )
    if said is not None and of_donor is not None and said != of_donor:
        text = "donor.crmKey says another contact than crmKey: send one of them."
        errors.append(FieldError("crmKey", "INCONSISTENT", text, ("donor.crmKey",)))
        errors.append(FieldError("donor.crmKey", "INCONSISTENT", text, ("crmKey",)))
    return of_donor or said


def _own_fields(request: GiveBody, fields: Fields, problems: list[FieldError]) -> dict[str, Any]:
    """The column of what is said in fields of the organization's own; of most donors nothing is."""
    if not request.donor.custom_fields:
        return {}
    said, at = request.donor.custom_fields, "donor.customFields"
    return {"custom_values": msgspec.Raw(fields.written(said, problems, keeps=True, at=at).encode())}


def _donor_record(
    donor: GiveDonorBody, email: str | None, key: str | None, crm_key: str | None
) -> dict[str, Any]:
    record: dict[str, Any] = {name: clean(text) for name, text in _PLAIN_DONOR(donor).items()}
    record["email"] = email
    record["email_key"] = key
    record["donor_source_system"] = donor.source_system
    record["donor_source_key"] = donor.source_key
    record["is_organization"] = donor.is_organization
    record["crm_key"] = crm_key
    return record


_PLAIN_DONOR = _picker(
    *(
        name
        for name in GiveDonorBody.__struct_fields__
        if name not in {"email", "source_system", "source_key", "is_organization", "crm_key", "custom_fields"}
    )
)


def _check_recurring(request: GiveBody, errors: list[FieldError]) -> None:
    if request.is_recurring:
        errors.append(
            FieldError(
                "isRecurring", "UNSUPPORTED", "This server does not keep recurring gifts yet; give once."
            )
        )


def _both_or_none(
    first: str | None, second: str | None, name: str, other: str, errors: list[FieldError]
) -> None:
    if (first is None) != (second is None):
        missing, present = (name, other) if first is None else (other, name)
        errors.append(FieldError(missing, "REQUIRED", f"{missing} is needed together with {present}."))
