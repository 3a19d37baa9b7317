"""The wire shape of the values that records have in fields of the organization's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from almoner.platform.custom_fields.values import told_value
from almoner.platform.wire import View, fill, rows_of


class CustomFieldValueView(View, kw_only=True):
    """What a record has in a field of the organization's own."""

    name: str
    """The name of the field."""
    value: str
    """What it holds, as text: a day as the other days of the record, a number as `3.2`, `true` or `false`."""
    display_name: str
    """How the field is shown."""


def told_list(told: str | None, tell_day: Callable[[date], str]) -> list[CustomFieldValueView]:
    """What the database tells of a record's fields as the wire has it: name, display name, type and value of each as JSON."""
    return [
        fill(CustomFieldValueView, each, value=told_value(each["data_type"], each["value"], tell_day))
        for each in rows_of(told)
    ]
