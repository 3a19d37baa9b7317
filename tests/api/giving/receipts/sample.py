"""How the walks ask for receipts, their letters, and statements."""

from __future__ import annotations

from typing import Any

from tests.support.house import Tenant
from tests.support.samples import Ask, Sample


async def make(tenant: Tenant, text: str) -> Any:
    """A receipt with its letter, a gift that has none yet, one that was thanked for, and a round of statements."""
    gift = await tenant.give(10, f"{text}@example.org")
    bare = await tenant.give(11, f"{text}@example.org")
    receipt = await tenant.raise_.post(f"/raise/api/Receipt/gift/{gift['id']}")
    await tenant.raise_.post(f"/raise/api/Gift/{gift['id']}/acknowledge", {"note": text})
    run = await tenant.raise_.post("/raise/api/Receipt/statements", {"year": 1999})
    return {**receipt, "bareGiftId": bare["id"], "runId": run["id"]}


SAMPLE = Sample(
    "raise",
    make,
    {
        "GET /api/Receipt/list": lambda made: [
            Ask(query={"state": "issued", "year": made["number"][:4]}, names_record=False),
            Ask(query={"giftId": str(made["giftId"]), "donorId": str(made["donorId"])}, names_record=False),
        ],
        "GET /api/Receipt/{receiptId}": lambda made: [Ask({"receiptId": made["id"]})],
        "GET /api/Receipt/{receiptId}/pdf": lambda made: [Ask({"receiptId": made["id"]})],
        "POST /api/Receipt/gift/{giftId}": lambda made: [Ask({"giftId": made["bareGiftId"]})],
        "POST /api/Receipt/{receiptId}/void": lambda made: [
            Ask({"receiptId": made["id"]}, body={"reason": "The name was wrong."})
        ],
        "POST /api/Receipt/{receiptId}/resend": lambda made: [
            Ask({"receiptId": made["id"]}, body={"email": "another@example.org"}),
            Ask({"receiptId": made["id"]}, body={}),
        ],
        "GET /api/Receipt/letter/list": lambda made: [
            Ask(query={"state": "queued", "receiptId": str(made["id"])}, names_record=False)
        ],
        "POST /api/Receipt/letter/{letterId}/resend": lambda made: [
            Ask({"letterId": made["letterId"]}, body={"email": "another@example.org"})
        ],
        "GET /api/Receipt/setting": lambda _: [Ask(names_record=False)],
        "PATCH /api/Receipt/setting": lambda _: [
            Ask(
                body={
                    "signerName": "Eve Example",
                    "templates": {"subject": "Thank you, {{ donor.first_name }}"},
                },
                names_record=False,
            )
        ],
        "GET /api/Donor/{donorId}/statement/{year}": lambda made: [
            Ask({"donorId": made["donorId"], "year": made["giftDate"][:4]})
        ],
        "GET /api/Donor/{donorId}/statement/{year}/pdf": lambda made: [
            Ask({"donorId": made["donorId"], "year": made["giftDate"][:4]})
        ],
        "POST /api/Receipt/statements": lambda _: [Ask(body={"year": 1999}, names_record=False)],
        "GET /api/Receipt/statements/{runId}": lambda made: [Ask({"runId": made["runId"]})],
        "POST /api/Receipt/statements/{runId}/stop": lambda made: [Ask({"runId": made["runId"]})],
        "POST /api/Gift/{giftId}/acknowledge": lambda made: [
            Ask({"giftId": made["giftId"]}, body={"note": "By phone."})
        ],
        "GET /api/Gift/{giftId}/acknowledgement": lambda made: [Ask({"giftId": made["giftId"]})],
    },
)
