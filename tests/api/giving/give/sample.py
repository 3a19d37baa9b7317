"""How the walks give."""

from __future__ import annotations

from typing import Any

from tests.api.giving.campaigns import sample as campaigns
from tests.api.giving.projects import sample as projects
from tests.support.house import Tenant, give_body
from tests.support.samples import Ask, Sample


async def make(tenant: Tenant, text: str) -> Any:
    """What a gift may name: a campaign and a project."""
    return {"campaign": await campaigns.make(tenant, text), "project": await projects.make(tenant, text)}


def gives(made: Any) -> list[Ask]:
    """A gift that names nothing, and gifts that name each thing."""
    project = made["project"]
    return [
        Ask(body=give_body(5), names_record=False),
        Ask(body=give_body(5, campaignId=made["campaign"]["id"])),
        Ask(body=give_body(5, projects=[{"projectId": project["id"]}])),
        Ask(body=give_body(5, projects=[{"code": project["code"]}])),
    ]


SAMPLE = Sample("raise", make, {"POST /api/Raise/give": gives})
