"""What a valid new gift is, before the database is asked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from almoner.crm.gifts.requests import DesignationBody, GiftBody
from almoner.crm.gifts.rules import TYPES
from almoner.crm.wire import read_day
from almoner.kernel.errors import FieldError
from almoner.kernel.money import MoneyError, currency_code, to_minor
from almoner.kernel.text import clean, fold, fold_code

FIRST_DAY = date(1900, 1, 1)
_LEFT_OUT = {"delete", "deleted", "ignore", "ignored"}


@dataclass(slots=True)
class Entry:
    """Reads one gift; what is wrong with it is told under `prefix` (`[3].` in a list)."""

    base_currency: str
    today: date
    prefix: str = ""
    errors: list[FieldError] = field(default_factory=list)

    def read(self, gift: GiftBody, ord_: int) -> dict[str, Any]:
        """The element of `crm_code.enter_gifts`' array. Null in the body is what could not be read: nothing is said of it."""
        currency = self._currency(gift.currency_code)
        amount = self._minor(gift.amount, currency, "amount")
        parts = [part for part in gift.gift_designations if fold(part.state or "") not in _LEFT_OUT]
        self._pair(gift)
        return {
            "ord": ord_,
            "contact_id": gift.contact_id,
            "contact_individual_id": gift.contact_individual_id,
            "source": gift.transaction_source,
            "source_id": gift.transaction_id,
            "gift_type": self._type(gift.gift_type),
            "gift_on": self._day(gift.gift_date),
            "amount_minor": amount,
            "currency": currency,
            "parts": self._parts(parts, amount, currency),
            "batch": clean(gift.batch),
            "segment_code": clean(gift.segment_code) or clean(gift.segment),
            "notes": clean(gift.notes),
            "is_private": gift.is_private,
            "is_tax_deductible": gift.is_tax_deductible,
        }

    def _refuse(self, name: str, code: str, text: str) -> None:
        self.errors.append(FieldError(f"{self.prefix}{name}", code, text))

    def _currency(self, given: str | None) -> str:
        try:
            return self.base_currency if given is None else currency_code(given)
        except MoneyError as error:
            self._refuse("currencyCode", error.code, str(error))
            return self.base_currency

    def _minor(self, amount: Decimal | None, currency: str, name: str) -> int | None:
        if amount is None:
            return None
        try:
            minor = to_minor(amount, currency)
        except MoneyError as error:
            self._refuse(name, error.code, str(error))
            return None
        if minor <= 0:
            self._refuse(name, "MUST_BE_POSITIVE", "The amount must be greater than zero.")
            return None
        return minor

    def _type(self, given: str | None) -> str | None:
        if given is None:
            return None
        wanted = _plain(given)
        found = next(
            (stored for told, stored in TYPES.items() if wanted in (_plain(told), _plain(stored))), None
        )
        if found is None:
            self._refuse("giftType", "UNKNOWN", f"Expected one of: {', '.join(TYPES)}.")
        return found

    def _day(self, given: str | None) -> date:
        day = read_day(f"{self.prefix}giftDate", given, self.errors) or self.today
        if not FIRST_DAY <= day <= self.today:
            self._refuse("giftDate", "OUT_OF_RANGE", "The day of a gift lies between 1900 and today.")
        return day

    def _pair(self, gift: GiftBody) -> None:
        if (gift.transaction_source is None) != (gift.transaction_id is None):
            missing, present = ("transactionSource", "transactionId")
            if gift.transaction_id is None:
                missing, present = present, missing
            self._refuse(missing, "REQUIRED", f"{missing} is needed together with {present}.")

    def _parts(
        self, parts: Sequence[DesignationBody], whole: int | None, currency: str
    ) -> list[dict[str, Any]]:
        if not parts:
            self._refuse("giftDesignations", "REQUIRED", "A gift needs at least one designation.")
        read = [self._part(f"giftDesignations[{n}]", part, currency) for n, part in enumerate(parts)]
        minor = [part["minor"] for part in read]
        if parts and whole is not None and None not in minor and sum(minor) != whole:
            text = "The amounts of the designations must sum to the amount of the gift."
            self._refuse("giftDesignations", "SUM_MISMATCH", text)
        return read

    def _part(self, path: str, part: DesignationBody, currency: str) -> dict[str, Any]:
        amounts = {amount for amount in (part.amount_designated, part.amount) if amount is not None}
        if len(amounts) != 1:
            code = "INCONSISTENT" if amounts else "REQUIRED"
            text = (
                "amount and amountDesignated are two names of one value."
                if amounts
                else "A designation needs its amount."
            )
            self._refuse(f"{path}.amountDesignated", code, text)
        minor = (
            self._minor(amounts.pop(), currency, f"{path}.amountDesignated") if len(amounts) == 1 else None
        )
        return {"minor": minor, **self._named(path, part)}

    def _named(self, path: str, part: DesignationBody) -> dict[str, Any]:
        """By what a part names its project; of several names the first of id, code and accounting code."""
        code, account = clean(part.project_code), clean(part.external_accounting_code)
        if part.project_id is not None:
            return {
                "id": part.project_id,
                "field": f"{self.prefix}{path}.projectId",
                "said": f"id {part.project_id}",
            }
        if code is not None:
            return {
                "code": fold_code(code),
                "field": f"{self.prefix}{path}.projectCode",
                "said": f"code {code}",
            }
        if account is not None:
            field_name = f"{self.prefix}{path}.externalAccountingCode"
            return {"account": account, "field": field_name, "said": f"accounting code {account}"}
        text = "Name the project by projectId, projectCode or externalAccountingCode."
        self._refuse(f"{path}.projectId", "REQUIRED", text)
        return {"id": 0, "field": "", "said": ""}


def _plain(text: str) -> str:
    return fold(text).replace(" ", "").replace("-", "")
