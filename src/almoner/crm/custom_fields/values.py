"""The values that records of the CRM have in their fields: its days are told as `9/8/2021`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from almoner.crm.wire import short_text
from almoner.platform.custom_fields import values
from almoner.platform.custom_fields.values import TEXT_MAX as TEXT_MAX


@dataclass(frozen=True, slots=True)
class Fields(values.Fields):
    """The fields in use of one kind of record of the CRM."""

    tell_day: Callable[[date], str] = short_text
