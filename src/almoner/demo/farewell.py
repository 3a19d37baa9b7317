"""What the demo leaves its user with: addresses, tokens, three commands to copy; or all figures as one document."""

from __future__ import annotations

from shlex import quote

import msgspec
from rich.console import Console
from rich.text import Text

from almoner.cli.console import link_command, sign_in_link
from almoner.demo.ledger import Given, Ledger, Totals, percentile
from almoner.demo.play import Outcome
from almoner.demo.scene import Scene
from almoner.demo.view import whole_line
from almoner.kernel.money import to_decimal
from almoner.platform.location import place_of
from almoner.platform.program import typed

PRETTY = " | python3 -m json.tool"
YOURS = {
    "amount": 25,
    "paymentMethodId": "tok_visa",
    "donor": {"email": "you@example.org", "firstName": "Your", "lastName": "Name"},
}


async def standing_facts(scene: Scene) -> dict[str, str]:
    """Where to look while the gifts arrive: a link into the console, which works once, and the folder of the data."""
    return {"console": await _console_link(scene), "data": place_of(scene.app.settings)}


async def farewell(scene: Scene, ledger: Ledger, console: Console) -> None:
    """Print where to look next; lines are left unbroken, so that they can be copied."""
    facts = {
        "server": scene.url,
        "console": f"{await _console_link(scene)}  (works once)",
        "data": place_of(scene.app.settings),
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
    console.print("\nIn another terminal: why a gift is where it is; a new link; is all well:\n", style="dim")
    for words in companions(scene, ledger):
        console.print(words, highlight=False, markup=False, soft_wrap=True)
    console.print("\nThe demo goes on with a gift now and then. Stop it with Ctrl-C.\n", style="bold")


async def _console_link(scene: Scene) -> str:
    settings, organization_id = scene.app.settings, scene.organization.organization_id
    return await sign_in_link(scene.app.db, organization_id, settings, scene.url, scene.app.clock.now())


def companions(scene: Scene, ledger: Ledger) -> list[str]:
    """Three commands that work beside the demo as they stand: `sync why`, `console link`, `doctor`."""
    organization_id, settings = scene.organization.organization_id, scene.app.settings
    org = "" if organization_id == 1 else f" --org {organization_id}"
    folder = None if settings.database_url else settings.data_dir
    return [
        typed(f"sync why gift {_exemplary(ledger).gift_id}{org}"),
        link_command(folder, scene.url, org),
        typed("doctor"),
    ]


def ending(ledger: Ledger, kept: str | None) -> str:
    """The last words: what the organization had, and what becomes of the data (`kept`: where they stay)."""
    after = "The data went with the demo." if kept is None else f"The data stays in {kept}."
    return f"Stopped: {whole_line(ledger)}. {after}"


def _exemplary(ledger: Ledger) -> Given:
    """The newest synced gift, or else the newest."""
    return next((gift for gift in reversed(ledger.given) if gift.state == "synced"), ledger.given[-1])


async def curls(scene: Scene, ledger: Ledger) -> list[str]:
    """Three shell commands: give, the sync state of a gift, its contact in the CRM. The newest synced gift serves."""
    gift = _exemplary(ledger)
    donor = await scene.giving.call("GET", f"/api/Donor/{gift.donor_id}")
    body = quote(msgspec.json.encode(YOURS).decode())
    tokens = (scene.organization.raise_token, scene.organization.crm_token)
    raise_token, crm_token = (f"-H 'Authorization: Bearer {token}'" for token in tokens)
    return [
        f"curl -s {scene.url}/raise/api/Raise/give {raise_token} -H 'Content-Type: application/json' -d {body}{PRETTY}",
        f"curl -s {scene.url}/raise/api/Sync/gift/{gift.gift_id} {raise_token}{PRETTY}",
        f"curl -s {scene.url}/crm/api/Contact/{donor['crmKey'] or 0} {crm_token}{PRETTY}",
    ]


async def report(scene: Scene, outcome: Outcome) -> dict[str, object]:
    """Every figure of the run. Amounts are decimal text, lag is in milliseconds."""
    ledger = outcome.ledger
    states, lags, waits = ledger.states(), ledger.lags(), ledger.waits()
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
        "waitedMilliseconds": {"gifts": len(waits), "p50": _ms(waits, 0.5), "p99": _ms(waits, 0.99)},
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
