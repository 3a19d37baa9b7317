"""How the CRM writes and reads days, labels, stamps and links (crm-api.md section 6)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta

from almoner.kernel.clock import zone
from almoner.kernel.days import NEVER, YEARS, kept_day
from almoner.kernel.errors import FieldError
from almoner.kernel.ids import ID_MAX
from almoner.kernel.labels import read_label as read_label
from almoner.kernel.money import MoneyError, to_minor
from almoner.kernel.text import clean
from almoner.kernel.wire import day_text, local_text
from almoner.platform.wire import View

_DAY_FORMS = (
    r"^\s*(\d{4}-\d{1,2}-\d{1,2}([T ].*)?|\d{1,2}/\d{1,2}/\d{4}( .*)?|\d{1,2}\.\d{1,2}\.\d{4}( .*)?)?\s*$"
)
WrittenDay = Annotated[str, Meta(max_length=100, extra_json_schema={"pattern": _DAY_FORMS})]
"""A day as clients write it (`parse_day`), or nothing but blanks."""
RecordId = Annotated[int, Meta(ge=1, le=ID_MAX)]
"""The id that a body names a record by."""
AnyId = Annotated[int, Meta(ge=-ID_MAX, le=ID_MAX)]
"""The same where 0 and less is an id that nobody has, and told as such."""


class CrmUrl(str):
    """The address under which this API is reached, without a slash at its end; links in its answers begin with it."""

    __slots__ = ()


UNKNOWN_USER = "Almoner"
"""Who did what no user is known for: clients take the name for a text that is always there (client-facts.md 1, row 8)."""


class StampedView(View, kw_only=True):
    """What every CRM record tells of itself (section 6)."""

    create_date_time_utc: str
    """When the record was made: UTC with milliseconds and no zone mark."""
    created_by_user: str = UNKNOWN_USER
    """Who made it: the name of the user or the API key. `Almoner` for what the sync made, and where nobody is known."""
    modified_date_time_utc: str
    """When the record last changed: UTC with milliseconds and no zone mark."""
    modified_by_user: str = UNKNOWN_USER
    """Who changed it last, as `createdByUser`."""


def midnight_text(day: date) -> str:
    """A day as the full shapes have it: `2023-12-07T00:00:00`, of no zone."""
    return f"{day_text(day)}T00:00:00"


def short_text(day: date) -> str:
    """A day as the formatted fields and list rows have it: `12/7/2023`, no leading zeros."""
    year, month, number = map(int, day_text(day).split("-"))
    return f"{month}/{number}/{year}"


def read_day(field: str, text: str | None, errors: list[FieldError]) -> date | None:
    """The day in `text` as `kept_day` reads it, None when it is blank or, with an error for `field`, when it is no day that can be kept."""
    day = clean(text)
    try:
        return None if day is None else kept_day(day)
    except OverflowError as error:
        errors.append(FieldError(field, "OUT_OF_RANGE", str(error)))
        return None
    except ValueError:
        errors.append(FieldError(field, "INVALID", "Expected a date such as 2024-12-31."))
        return None


def read_moment(
    field: str, text: str | None, time_zone: str, errors: list[FieldError], *, at_end: bool = False
) -> datetime | None:
    """The instant in `text`, in UTC unless it names a zone; of a day (any spelling of `read_day`), its beginning in `time_zone`, or its
    last second. None when it is blank or, with an error for `field`, when it is none.
    """
    try:
        moment = datetime.fromisoformat((clean(text) or "").upper())
    except ValueError:
        moment = None
    if moment is not None and moment.date() == NEVER:
        return None
    if moment is None or len(clean(text) or "") <= len("2024-11-01"):
        day = read_day(field, text, errors)
        if day is None:
            return None
        moment = datetime.combine(day, time(23, 59, 59) if at_end else time(), zone(time_zone))
    if moment.year not in YEARS:
        errors.append(FieldError(field, "OUT_OF_RANGE", f"The year must lie in {YEARS[0]} to {YEARS[-1]}."))
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def read_amount(field: str, amount: Decimal | None, currency: str, errors: list[FieldError]) -> int | None:
    """An amount of zero or more in minor units of `currency`; None when there is none or, with an error for `field`, when it is none."""
    try:
        minor = None if amount is None else to_minor(amount, currency)
    except MoneyError as error:
        errors.append(FieldError(field, error.code, str(error)))
        return None
    if minor is not None and minor < 0:
        errors.append(FieldError(field, "OUT_OF_RANGE", "The amount cannot be negative."))
    return minor


def link(crm_url: str, path: str, record_id: int | str) -> str:
    """The address of a record or of a list that belongs to it in the API at `crm_url`; of no id, how such addresses begin."""
    return f"{crm_url}/api/{path}/{record_id}"


def stamps(row: Any) -> dict[str, str]:
    """When a row was made and last changed, and by whom, under the names and in the form that every CRM record has (section 6)."""
    return {
        "create_date_time_utc": _stamp(row["created_at"]),
        "created_by_user": row.get("created_by") or UNKNOWN_USER,
        "modified_date_time_utc": _stamp(row["modified_at"]),
        "modified_by_user": row.get("modified_by") or UNKNOWN_USER,
    }


def _stamp(value: datetime | str) -> str:
    """A column's value, or the text of it in JSON (`2024-03-05T09:20:22.39+00:00`): cut, which costs a sixth of parsing it."""
    if isinstance(value, datetime):
        return local_text(value)
    if not value.endswith("+00:00"):
        return local_text(datetime.fromisoformat(value))
    return f"{value[:19]}.{value[20:-6][:3]:0<3}"
