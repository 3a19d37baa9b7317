"""What the console's pages of the CRM have to show: gifts of every way, what was taken back, a pledge that is paid, a campaign."""

from __future__ import annotations

from dataclasses import dataclass

from tests.support.house import Tenant

GIFT = "/crm/api/Gift"


@dataclass(frozen=True, slots=True)
class CrmScene:
    """The ids: a gift that giving sent, one that was entered and pays a pledge, what takes a part of it back, and its campaign."""

    given: int
    sent: int
    entered: int
    reversal: int
    campaign: int
    contact: int


async def crm_scene(tenant: Tenant) -> CrmScene:
    """Make it all, of one contact called Ada Example."""
    post = tenant.crm.post
    given = await tenant.give(80, email="ada.crm@example.org")
    state = await tenant.settled("gift", given["id"])
    contact = (await tenant.crm.get(f"{GIFT}/{state['crmKey']}"))["contactId"]
    water = await post("/crm/api/Project", {"name": "Clean Water", "projectCode": "WATER"})
    goals = {"givingGoal": 1000, "totalGiftGoal": 4, "steps": ["Letter", "Thank you"]}
    campaign = await post("/crm/api/Staff/Campaign", {"name": "Year-End 2024", **goals})
    of = campaign["campaignId"]
    await post(f"/crm/api/Staff/Campaign/{of}/Project", {"projectId": water["id"]})
    letter = {
        "name": "Fall letter",
        "campaignId": of,
        "channelType": "Direct Mail",
        "communicationStep": "Letter",
    }
    communication = await post("/crm/api/Communication", letter)
    segment = {"name": "Major donors", "code": "MD-24", "communicationId": communication["communicationId"]}
    made = await post("/crm/api/Segment", segment)
    payments = [{"expectedPaymentDate": "2024-12-31", "expectedAmount": 400}]
    pledge = {"amountPledged": 400, "frequency": "Custom", "pledgeDate": "2024-01-15", "payments": payments}
    pledged = await post("/crm/api/v2/Pledge", {"contactId": contact, **pledge})
    entered = await post(
        GIFT,
        {
            "contactId": contact,
            "giftType": "Check",
            "checkNumber": "1044",
            "giftDate": "2024-12-07",
            "amount": 500,
            "batch": "December",
            "segmentId": made["id"],
            "notes": "Thank her by telephone",
            "giftDesignations": [
                {"projectCode": "WATER", "amountDesignated": 300},
                {"projectCode": "GENERAL", "amountDesignated": 200},
            ],
            "pledgePayments": [{"pledgeId": pledged["id"]}],
        },
    )
    back = {
        "reversedGiftId": entered["id"],
        "amount": 50,
        "giftDate": "2024-12-20",
        "notes": "Bounced in part",
    }
    reversal = await post(f"{GIFT}/ReversingTransaction", back)
    return CrmScene(given["id"], int(state["crmKey"]), entered["id"], reversal["id"], of, contact)
