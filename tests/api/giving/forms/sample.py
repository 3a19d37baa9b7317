"""How the walks ask for forms."""

from __future__ import annotations

from typing import Any

from tests.api.giving.premiums import sample as premiums
from tests.api.giving.projects import sample as projects
from tests.api.giving.segments import sample as segments
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str, made: Any) -> dict[str, Any]:
    """A form of what was `made`, with `text` in its texts."""
    project = made["project"]["id"]
    return {
        "name": f"{text} form",
        "description": text,
        "campaignId": made["segment"]["campaignId"],
        "segmentId": made["segment"]["id"],
        "premiumId": made["premium"]["id"],
        "currencyCode": "EUR",
        "motivationCode": text,
        "offeredProjectIds": [project],
        "defaultSplit": [{"projectId": project, "weight": 100}],
    }


async def make(tenant: Tenant, text: str) -> Any:
    """A form, beside what it names."""
    made = {
        "segment": await segments.make(tenant, text),
        "premium": await premiums.make(tenant, text),
        "project": await projects.make(tenant, text),
    }
    form = await tenant.raise_.post("/raise/api/Form", body(text, made))
    return {**made, "form": form}


def one(made: Any) -> list[Ask]:
    """By its id."""
    return [Ask({"formId": made["form"]["id"]})]


SAMPLE = Sample(
    "raise",
    make,
    {
        "POST /api/Form": lambda made: [
            Ask(body=body(word(), made)),
            Ask(body={"name": word(), "campaignId": made["segment"]["campaignId"]}),
        ],
        "GET /api/Form/list": lambda made: [
            Ask(names_record=False),
            Ask(
                query={"filter": made["form"]["name"], "campaignId": str(made["form"]["campaignId"])},
                names_record=False,
            ),
        ],
        "GET /api/Form/{formId}": one,
        "PUT /api/Form/{formId}": lambda made: [Ask({"formId": made["form"]["id"]}, body=body(word(), made))],
        "DELETE /api/Form/{formId}": one,
    },
)
