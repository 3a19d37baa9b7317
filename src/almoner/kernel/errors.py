"""The failures a user can be told about. Each product's HTTP edge renders them in its own dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

T = TypeVar("T")


FIELD_CODES = {
    "AMBIGUOUS": "Several records have this value: name one by another field.",
    "ARCHIVED": "The record is archived.",
    "CIRCULAR": "The record would be a part of itself.",
    "ERASED": "Nobody knows any more whom the record is about.",
    "INACTIVE": "The record takes no new gifts or designations, or is given out no more.",
    "INCONSISTENT": "Two fields contradict each other, or one is written twice with different values.",
    "INVALID": "The value is not written in a form that is understood, or holds characters that cannot be stored.",
    "MUST_BE_POSITIVE": "The amount is zero or less.",
    "NOT_A_NUMBER": "The amount is no finite number.",
    "OUT_OF_RANGE": "The value is too small or too large, too early or too late.",
    "OUT_OF_STOCK": "Nothing is left of the premium.",
    "REQUIRED": "The field is missing, null or blank.",
    "SUM_MISMATCH": "The parts of a split do not sum to the amount of the gift.",
    "TAKEN": "Another record has this value.",
    "TOO_LARGE": "The amount is beyond what one gift or balance may be.",
    "TOO_LONG": "The text, list or number is longer than allowed.",
    "TOO_MANY": "The list has more entries than the settings allow.",
    "TOO_PRECISE": "The amount has more decimal places than its currency, or than the processor takes of it.",
    "TOO_SHORT": "The text or list is shorter than allowed.",
    "UNKNOWN": "The organization has nothing by this id, code or name.",
    "UNKNOWN_CURRENCY": "The currency is not in ISO 4217.",
    "UNSUPPORTED": "This version cannot do it yet.",
    "WRONG_TYPE": "The value is of another JSON type.",
}
"""Every code that a broken field can have, and when it does."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One broken field: its path as the caller wrote it (`projects[1].amount`), a code and a sentence."""

    field: str
    code: str
    message: str
    hangs_on: tuple[str, ...] = ()
    """Fields that could make this one right: where one of them could not be read, nothing is known of this one."""


class AlmonerError(Exception):
    """Something unexpected happened on our side. The sentence holds the id to quote; whether anything was done is not known.

    Base of every failure that has a status, a stable code and a sentence for the caller. The first paragraph of a failure's docstring is
    what the documents say of its code.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL_ERROR"
    title: ClassVar[str] = "Something went wrong on our side."

    def __init__(self, message: str, *, fields: tuple[FieldError, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields
        self.more: Mapping[str, Mapping[str, str]] = {}
        """What else the caller needs to go on, by name."""


class BadRequest(AlmonerError):
    """The body is no JSON, is empty, or ends early; a parameter that is needed is missing; the request is no HTTP, has no `Host` or two, or
    leaves open where it ends.
    """

    status = 400
    code = "BAD_REQUEST"
    title = "The request is invalid."


class Invalid(AlmonerError):
    """Fields, parameters or the `Idempotency-Key` break rules; all that are broken are named at once."""

    status = 400
    code = "VALIDATION_FAILED"
    title = "One or more validation errors occurred."

    @classmethod
    def field(cls, field: str, code: str, message: str) -> Invalid:
        """One broken field as an error of its own."""
        return cls(message, fields=(FieldError(field, code, message),))


def refused_by(check: Callable[..., object], *args: Any, **more: Any) -> tuple[FieldError, ...]:
    """The fields that `check` refuses when it is called so; none when it is content."""
    try:
        check(*args, **more)
    except (BadRequest, Invalid) as refused:
        return refused.fields
    return ()


class Unauthenticated(AlmonerError):
    """The token is missing, malformed, unknown, revoked, expired, or of the other product."""

    status = 401
    code = "UNAUTHENTICATED"
    title = "Authorization has been denied for this request."


class Forbidden(AlmonerError):
    """The token is good, but its permission group lacks the module and action of the operation, or it lacks the scope."""

    status = 403
    code = "FORBIDDEN"
    title = "The token lacks the scope for this operation."


class NotFound(AlmonerError):
    """The organization has no such record, or there is no operation at the address."""

    status = 404
    code = "NOT_FOUND"
    title = "Not found."


def found(record: T | None, what: str, record_id: object) -> T:
    """`record` if there is one; else `NotFound` says that the organization has no `what` (gift, project) with this id."""
    if record is None:
        raise NotFound(f"There is no {what} {record_id}.")
    return record


def only(read: Sequence[T], what: str, record_id: object) -> T:
    """The record that was `read` for one id; `NotFound` when there was none."""
    return found(read[0] if read else None, what, record_id)


class Conflict(AlmonerError):
    """The change does not fit the record as it is now, or another one."""

    status = 409
    code = "CONFLICT"
    title = "The request conflicts with a stored record."


class TooLarge(AlmonerError):
    """The body is larger than `body_bytes_max`."""

    status = 413
    code = "PAYLOAD_TOO_LARGE"
    title = "The request body is too large."


class Unavailable(AlmonerError):
    """The server stops, is full, or its database is away. Send the request again after `Retry-After`; one that changes something under the same
    `Idempotency-Key`, for what became of this one may not be known.
    """

    status = 503
    retry_after_seconds = 1
    code = "SERVICE_UNAVAILABLE"
    title = "The service is not available right now."
