"""What a valid new gift is, before the database is asked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from almoner.crm.commitments.links import read_links
from almoner.crm.custom_fields.requests import CustomFields
from almoner.crm.custom_fields.values import Fields
from almoner.crm.gifts.details import read_details
from almoner.crm.gifts.requests import DesignationBody, GiftBody
from almoner.crm.gifts.rules import TYPES, stored_type
from almoner.crm.segments.rules import named_segment
from almoner.crm.wire import read_day
from almoner.kernel.amounts import positive_minor
from almoner.kernel.errors import FieldError
from almoner.kernel.money import MoneyError, currency_code, split, to_decimal, to_minor
from almoner.kernel.text import clean, fold, fold_code

FIRST_DAY = date(1900, 1, 1)
DELETED, IGNORED = {"delete", "deleted"}, {"ignore", "ignored"}
_LEFT_OUT = DELETED | IGNORED


@dataclass(slots=True)
class Entry:
    """Reads one gift of at most `parts_max` designations, with `fields` of the organization's own; what is wrong with it is told under `prefix` (`[3].` in a list)."""

    base_currency: str
    today: date
    parts_max: int
    fields: Fields
    prefix: str = ""
    default_project_id: int | None = None
    """The project of gifts that name none; they are refused when there is none."""
    custom_was: str | None = None
    """Of a replacement: the column `custom_values` as it was."""
    names_agree: bool = False
    """Whether several names of one project have to agree. Of what is replaced they need not: it is sent as it was read, with another `projectId`."""
    errors: list[FieldError] = field(default_factory=list)

    def read(
        self, gift: GiftBody, ord_: int, type_was: str | None = None, day_was: date | None = None
    ) -> dict[str, Any]:
        """The element of `crm_code.enter_gifts`' array. Null in the body is what could not be read: nothing is said of it.

        Of a gift that is replaced the type stays (`type_was`), and so does a day that is not said or was as it is said (`day_was`).
        """
        currency = self._currency(gift.currency_code)
        amount = self._minor(gift.amount, currency, "amount")
        gift_type = type_was or self._type(gift.gift_type)
        self._pair(gift)
        is_foreign = currency != self.base_currency
        return {
            "ord": ord_,
            "contact_id": gift.contact_id,
            "contact_individual_id": gift.contact_individual_id,
            "source": clean(gift.transaction_source),
            "source_id": clean(gift.transaction_id),
            "gift_type": gift_type,
            "gift_on": self._day(gift.gift_date, day_was),
            "amount_minor": amount,
            "currency": currency,
            "parts": self._parts(gift.gift_designations, amount, currency),
            "batch": clean(gift.batch),
            "segment": named_segment(gift.segment_id, gift.segment_code, gift.segment, self.prefix),
            "notes": clean(gift.notes),
            "is_private": gift.is_private,
            "is_tax_deductible": gift.is_tax_deductible,
            "links": read_links(gift, amount, currency, self.prefix, self.errors),
            "currency_field": f"{self.prefix}currencyCode",
            "custom_values": self._custom_values(gift.custom_fields),
            "details": read_details(gift, gift_type, self.errors, self.prefix, is_foreign=is_foreign),
            "passthroughs": self._passthroughs(gift, amount, currency),
        }

    def _custom_values(self, said: CustomFields | None) -> msgspec.Raw:
        text = self.fields.written(said, self.errors, was=self.custom_was, at=f"{self.prefix}customFields")
        return msgspec.Raw(text.encode())

    def _refuse(self, name: str, code: str, text: str, *hangs_on: str) -> None:
        others = tuple(f"{self.prefix}{other}" for other in hangs_on)
        self.errors.append(FieldError(f"{self.prefix}{name}", code, text, others))

    def _currency(self, given: str | None) -> str:
        try:
            return self.base_currency if given is None else currency_code(given)
        except MoneyError as error:
            self._refuse("currencyCode", error.code, str(error))
            return self.base_currency

    def _minor(self, amount: Decimal | None, currency: str, name: str) -> int | None:
        names = (f"{self.prefix}{name}", self.errors, f"{self.prefix}currencyCode")
        return positive_minor(amount, currency, *names)

    def _type(self, given: str | None) -> str | None:
        if given is None:
            return None
        found = stored_type(given)
        if found is None:
            self._refuse("giftType", "UNKNOWN", f"Expected one of: {', '.join(TYPES)}.")
        return found

    def _day(self, given: str | None, was: date | None) -> date:
        day = read_day(f"{self.prefix}giftDate", given, self.errors) or was or self.today
        if day != was and not FIRST_DAY <= day <= self.today:
            self._refuse("giftDate", "OUT_OF_RANGE", "The day of a gift lies between 1900 and today.")
        return day

    def _pair(self, gift: GiftBody) -> None:
        if (gift.transaction_source is None) != (gift.transaction_id is None):
            missing, present = ("transactionSource", "transactionId")
            if gift.transaction_id is None:
                missing, present = present, missing
            self._refuse(missing, "REQUIRED", f"{missing} is needed together with {present}.")

    def _parts(
        self, given: Sequence[DesignationBody], whole: int | None, currency: str
    ) -> list[dict[str, Any]]:
        """The parts that stand, each named by its place in the body."""
        if len(given) > self.parts_max:
            text = f"A gift has at most {self.parts_max} designations."
            self._refuse("giftDesignations", "TOO_MANY", text)
            return []
        parts = {
            f"giftDesignations[{n}]": part
            for n, part in enumerate(given)
            if fold(part.state or "") not in _LEFT_OUT
        }
        if not parts and self.default_project_id is not None:
            return [_default_part(self.default_project_id, whole, f"{self.prefix}giftDesignations")]
        if not parts:
            self._refuse("giftDesignations", "REQUIRED", "A gift needs at least one designation.")
        read = [self._part(path, part, currency) for path, part in parts.items()]
        minor = [part["minor"] for part in read]
        if parts and whole is not None and None not in minor and sum(minor) != whole:
            text = "The amounts of the designations must sum to the amount of the gift."
            states = (f"{path}.state" for path in parts)
            self._refuse("giftDesignations", "SUM_MISMATCH", text, "amount", *states)
        return read

    def _part(self, path: str, part: DesignationBody, currency: str) -> dict[str, Any]:
        """A part of the split. An error of one of its names hangs on the others: any of them would do."""
        amounts = {amount for amount in (part.amount_designated, part.amount) if amount is not None}
        name = f"{path}.amountDesignated"
        if len(amounts) > 1:
            text = "amount and amountDesignated are two names of one value."
            self._refuse(name, "INCONSISTENT", text)
        elif not amounts:
            self._refuse(name, "REQUIRED", "A designation needs its amount.", f"{path}.amount")
        minor = self._minor(amounts.pop(), currency, name) if len(amounts) == 1 else None
        return {"minor": minor, "own": part.id, **self._named(path, part)}

    def _named(self, path: str, part: DesignationBody) -> dict[str, Any]:
        """By what a part names its project, with the field that does and what it says; of several names the first of id, code and account, and what else it says."""
        code, account = clean(part.project_code), clean(part.external_accounting_code)
        start = f"{self.prefix}{path}."
        if part.project_id is not None:
            said = {"id": part.project_id, "said": f"id {part.project_id}"}
            return {**said, "field": f"{start}projectId", **self._also(code=code, account=account)}
        if code is not None:
            said = {"code": fold_code(code), "said": f"code {code}"}
            return {**said, "field": f"{start}projectCode", **self._also(account=account)}
        if account is not None:
            said = {"account": account, "said": f"accounting code {account}"}
            return {**said, "field": f"{start}externalAccountingCode"}
        text = "Name the project by projectId, projectCode or externalAccountingCode."
        others = (f"{path}.projectCode", f"{path}.externalAccountingCode")
        self._refuse(f"{path}.projectId", "REQUIRED", text, *others)
        return {}

    def _also(self, *, code: str | None = None, account: str | None = None) -> dict[str, Any]:
        """What the project has to be called too, if anything."""
        if not self.names_agree or (code is None and account is None):
            return {}
        return {"also": {"code": None if code is None else fold_code(code), "account": account}}

    def _passthroughs(self, gift: GiftBody, whole: int | None, currency: str) -> list[dict[str, Any]]:
        """Through whom the gift came, with how much of it: each once, together no more than the gift."""
        given = gift.gift_passthroughs
        if not given:
            if not gift.contact_passthrough_id:
                return []
            field = f"{self.prefix}contactPassthroughId"
            return [{"contact_id": gift.contact_passthrough_id, "minor": whole, "field": field}]
        standing = [(n, each) for n, each in enumerate(given) if fold(each.state or "") not in _LEFT_OUT]
        read: dict[int | None, dict[str, Any]] = {}
        for n, each in standing:
            name = f"giftPassthroughs[{n}]"
            minor = self._minor(each.amount, currency, f"{name}.amount") if each.amount is not None else whole
            if each.amount is None and len(standing) > 1:
                self._refuse(f"{name}.amount", "REQUIRED", "Of several passthroughs each needs its amount.")
            if each.contact_id in read:
                self._refuse(f"{name}.contactId", "INCONSISTENT", "A contact is named once.")
            field = f"{self.prefix}{name}.contactId"
            read[each.contact_id] = {"contact_id": each.contact_id, "minor": minor, "field": field}
        minor_of = [each["minor"] or 0 for each in read.values()]
        if whole is not None and sum(minor_of) > whole:
            text = "What came through contacts is no more than the gift."
            self._refuse("giftPassthroughs", "SUM_MISMATCH", text, "amount")
        return [each for each in read.values() if each["contact_id"] is not None]


def _default_part(project_id: int, whole: int | None, field: str) -> dict[str, Any]:
    """All of a gift that names no project, for the organization's default one."""
    return {"minor": whole, "id": project_id, "said": f"id {project_id}", "field": field}


def split_by(
    gift: GiftBody, project_ids: Sequence[int], weights: Sequence[int], base_currency: str
) -> GiftBody:
    """`gift` with designations to the projects, its amount shared by the weights; as it is when its amount cannot be read."""
    try:
        currency = currency_code(gift.currency_code or base_currency)
        shares = split(to_minor(gift.amount, currency), weights)
    except (MoneyError, AttributeError, TypeError):
        return gift
    parts = [
        DesignationBody(project_id=project_id, amount_designated=to_decimal(minor, currency))
        for project_id, minor in zip(project_ids, shares, strict=True)
        if minor > 0
    ]
    return msgspec.structs.replace(gift, gift_designations=parts)
