"""How the walks ask for addresses and contact methods of donors."""

from __future__ import annotations

from typing import Any

from tests.api.giving.gifts import sample as gifts
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


async def make(tenant: Tenant, text: str) -> Any:
    """An address and a second e-mail address of a donor."""
    gift = await gifts.make(tenant, text)
    donor = f"/raise/api/Donor/{gift['donorId']}"
    address = await tenant.raise_.post(f"{donor}/addresses", {"address1": f"{text} Street", "city": text})
    body = {"kind": "Email", "value": f"{text}@second.example.org".lower(), "typeDisplay": text}
    method = await tenant.raise_.post(f"{donor}/contact-methods", body)
    return {"donorId": gift["donorId"], "addressId": address["id"], "methodId": method["id"]}


def _of_donor(body: Any = None) -> Any:
    return lambda made: [Ask({"donorId": made["donorId"]}, body=body and body())]


def _one(name: str, body: Any = None) -> Any:
    return lambda made: [Ask({"donorId": made["donorId"], name: made[name]}, body=body and body())]


def _address() -> dict[str, Any]:
    return {
        "address1": f"{word()} Street",
        "countryString": "US",
        "addressTypeDisplay": "Work",
        "isPrimary": True,
    }


def _email() -> dict[str, Any]:
    return {"value": f"{word()}@example.org".lower(), "typeDisplay": "Work Email", "isOptedIn": False}


_ADDRESS = "/api/Donor/{donorId}/addresses"
_METHOD = "/api/Donor/{donorId}/contact-methods"

SAMPLE = Sample(
    "raise",
    make,
    {
        f"GET {_ADDRESS}": _of_donor(),
        f"POST {_ADDRESS}": _of_donor(_address),
        f"GET {_ADDRESS}/{{addressId}}": _one("addressId"),
        f"PUT {_ADDRESS}/{{addressId}}": _one("addressId", _address),
        f"DELETE {_ADDRESS}/{{addressId}}": _one("addressId"),
        f"GET {_METHOD}": _of_donor(),
        f"POST {_METHOD}": _of_donor(lambda: {**_email(), "kind": "Email"}),
        f"GET {_METHOD}/{{methodId}}": _one("methodId"),
        f"PUT {_METHOD}/{{methodId}}": _one("methodId", _email),
        f"DELETE {_METHOD}/{{methodId}}": _one("methodId"),
    },
)
