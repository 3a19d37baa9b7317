"""The values that donors have in their fields: a day is told as `2021-09-08`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from almoner.platform.custom_fields import values


@dataclass(frozen=True, slots=True)
class Fields(values.Fields):
    """The fields of donors in use."""

    def none_required(self) -> Fields:
        """The same, of which none has to have a value: no gift is refused for want of one."""
        return Fields([replace(each, is_required=False) for each in self.definitions])


NO_FIELDS = Fields(())
"""Of a donor whom a body says nothing of them: what it has stays."""
