"""`/api/Health`: whether the API is alive."""

from __future__ import annotations

from almoner.crm.health.views import HealthView
from almoner.platform.http import get, routes_in


@get("/api/Health", None)
async def get_health() -> HealthView:
    """Tell that the API answers.

    The database is not asked: `/readyz` of the server tells whether it can do its work.
    """
    return HealthView(status="Healthy")


routes = routes_in(__name__)
