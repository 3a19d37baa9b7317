"""What a probe is told."""

from __future__ import annotations

from typing import Annotated

from almoner.platform.wire import View, one_of


class HealthView(View):
    """That the API answers. Nothing is told of versions, databases or organizations: anybody may ask."""

    status: Annotated[str, one_of(["Healthy"])]
    """`Healthy`: whoever reads this was answered."""
