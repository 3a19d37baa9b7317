"""What the demo leaves its user with: addresses, tokens, three commands to copy; or all figures as one document."""

from __future__ import annotations

from shlex import quote

import msgspec
from rich.console import Console
from rich.text import Text

from almoner.cli.console import sign_in_link
from almoner.demo.ledger import Ledger, Totals, percentile
from almoner.demo.play import Outcome
from almoner.demo.scene import Scene
from almoner.kernel.money import to_decimal

YOURS = {
    "amount": 25,
    "paymentMethodId": "tok_visa",
    "donor": {"email": "you@example.org", "firstName": "Your", "lastName": "Name"},
}


async def farewell(scene: Scene, ledger: Ledger, console: Console) -> None:
    """Print where to look next; lines are left unbroken, so that they can be copied."""
    facts = {
        "server": scene.url,
        "console": f"{await _console_link(scene)}  (works once)",
        "Raise API": f"{scene.url}/raise/openapi.json",
        "CRM API": f"{scene.url}/crm/openapi.json",
        "Raise token": scene.organization.raise_token,
        "CRM token": scene.organization.crm_token,
    }
    console.print()
    for name, value in facts.items():
        line = Text.assemble((f"{name:<13}", "dim"), value)
        console.print(line, highlight=False, soft_wrap=True)
    console.print("\nGive; ask for the sync state of a gift; read its contact in the CRM:\n", style="dim")
    for curl in await curls(scene, ledger):
        console.print(curl, highlight=False, markup=False, soft_wrap=True)
    console.print("\nThe demo goes on with a gift now and then. Stop it with Ctrl-C.\n", style="bold")


async def _console_link(scene: Scene) -> str:
    settings, organization_id = scene.app.settings, scene.organization.organization_id
    return await sign_in_link(scene.app.db, organization_id, settings, scene.url, scene.app.clock.now())


async def curls(scene: Scene, ledger: Ledger) -> list[str]:
    """Three shell commands: give, the sync state of a gift, its contact in the CRM. The newest synced gift serves."""
    gift = next((gift for gift in reversed(ledger.given) if gift.state == "synced"), ledger.given[-1])
    donor = await scene.giving.call("GET", f"/api/Donor/{gift.donor_id}")
    body = quote(msgspec.json.encode(YOURS).decode())
    tokens = (scene.organization.raise_token, scene.organization.crm_token)
    raise_token, crm_token = (f"-H 'Authorization: Bearer {token}'" for token in tokens)
    return [
        f"curl -s {scene.url}/raise/api/Raise/give {raise_token} -H 'Content-Type: application/json' -d {body}",
        f"curl -s {scene.url}/raise/api/Sync/gift/{gift.gift_id} {raise_token}",
        f"curl -s {scene.url}/crm/api/Contact/{donor['crmKey'] or 0} {crm_token}",
    ]


async def report(scene: Scene, outcome: Outcome) -> dict[str, object]:
    """Every figure of the run. Amounts are decimal text, lag is in milliseconds."""
    ledger = outcome.ledger
    states, lags = ledger.states(), ledger.lags()
    return {
        "agree": not outcome.differences,
        "url": scene.url,
        "signInUrl": await _console_link(scene),
        "organizationId": scene.organization.organization_id,
        "raiseToken": scene.organization.raise_token,
        "crmToken": scene.organization.crm_token,
        "given": len(ledger.given),
        "declined": ledger.declined,
        "donors": len({gift.donor_id for gift in ledger.given}),
        "synced": states["synced"],
        "healed": ledger.healed(),
        "withheld": dict(ledger.reasons("withheld")),
        "failed": dict(ledger.reasons("failed")),
        "pending": dict(ledger.reasons("pending")),
        "lagMilliseconds": {"p50": _ms(lags, 0.5), "p99": _ms(lags, 0.99)},
        "giftsPerSecond": round(len(ledger.given) / ledger.seconds, 1),
        "totals": {
            "giving": _totals(ledger.giving_totals),
            "shouldBeInCrm": _totals(ledger.expected_totals),
            "crm": _totals(ledger.crm_totals),
        },
        "differences": [
            {"what": one.what, "expected": one.expected, "found": one.found} for one in outcome.differences
        ],
    }


def _ms(lags: list[float], share: float) -> int:
    return round(percentile(lags, share) * 1000)


def _totals(totals: Totals) -> dict[str, object]:
    return {
        currency: {"gifts": count, "amount": str(to_decimal(minor, currency))}
        for currency, (count, minor) in sorted(totals.items())
    }
