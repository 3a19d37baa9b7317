"""How the walks ask for motivation codes."""

from __future__ import annotations

from typing import Any

from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str) -> dict[str, Any]:
    """A motivation code with `text` in its texts."""
    return {"name": f"{text} appeal", "code": text.upper(), "description": text}


async def make(tenant: Tenant, text: str) -> Any:
    """A motivation code."""
    return await tenant.raise_.post("/raise/api/MotivationCode", body(text))


def one(made: Any) -> list[Ask]:
    """By its id."""
    return [Ask({"motivationCodeId": made["id"]})]


SAMPLE = Sample(
    "raise",
    make,
    {
        "POST /api/MotivationCode": lambda _: [Ask(body=body(word()), names_record=False)],
        "GET /api/MotivationCode/list": lambda made: [
            Ask(names_record=False),
            Ask(query={"filter": made["name"]}, names_record=False),
        ],
        "GET /api/MotivationCode/{motivationCodeId}": one,
        "PUT /api/MotivationCode/{motivationCodeId}": lambda made: [
            Ask({"motivationCodeId": made["id"]}, body={**body(word()), "isActive": False})
        ],
        "DELETE /api/MotivationCode/{motivationCodeId}": one,
    },
)
