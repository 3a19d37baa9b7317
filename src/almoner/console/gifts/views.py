"""What the page prints: pure functions from results to text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from almoner.console.gifts.rules import Amount, Balance
from almoner.console.gifts.service import Arrivals, CampaignSwitches, LagSeries
from almoner.giving.campaigns.rules import SyncChange
from almoner.giving.campaigns.views import CampaignView
from almoner.giving.gifts.views import GiftView
from almoner.kernel.clock import zone
from almoner.kernel.money import format_amount
from almoner.kernel.wire import utc_text
from almoner.platform.organizations.rules import Organization
from almoner.platform.telling import tell_each
from almoner.sync.rules import SENTENCES, Reason, State
from almoner.sync.service import LAG_GIFTS_MAX, Lag

BAR_WIDTH = 1000
UNREADABLE = "This record is broken: run almoner doctor"


@dataclass(frozen=True, slots=True)
class When:
    """An instant in the organization's zone: short as shown, full as a tooltip, and for machines."""

    short: str
    full: str
    machine: str


NEVER = When("", "", "")


@dataclass(frozen=True, slots=True)
class GiftRow:
    """One gift. `contact_url` is empty until it is synced; `reason` and `sentence` are empty once it is."""

    id: int
    when: When
    donor: str
    amount: str
    campaign: str
    projects: str
    state: str
    reason: str
    sentence: str
    contact_url: str


@dataclass(frozen=True, slots=True)
class Part:
    """One term of the equation, and its piece of the bar."""

    name: str
    css: str
    amount: str
    gifts: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class BalanceView:
    """One currency's equation in words and numbers."""

    currency: str
    given: Part
    parts: list[Part]
    agrees: bool
    verdict: str


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign with its switch. `turn_to` is what pressing the button asks for."""

    id: int
    name: str
    raised: str
    gifts: str
    can_sync: bool
    turn_to: str
    button: str
    changed: str
    changed_at: When | None


@dataclass(frozen=True, slots=True)
class LagView:
    """The lag in words."""

    p50: str
    p99: str
    note: str


def gift_rows(arrivals: Arrivals, organization: Organization, now: datetime) -> list[GiftRow]:
    """The table of the newest gifts."""
    row = partial(_gift_row, arrivals=arrivals, local=zone(organization.time_zone), now=now)
    return tell_each("console.gift", arrivals.gifts, row, _broken_row, lambda gift: gift.id)


def news_of(rows: list[GiftRow]) -> str:
    """What a screen reader is told when the table has changed."""
    if not rows:
        return ""
    newest = rows[0]
    return f"Newest gift: {newest.amount} from {newest.donor}, {newest.state}."


def balance_view(balance: Balance) -> BalanceView:
    """The tiles, the bar and the sentence of one currency."""
    terms = [
        ("In the CRM", State.SYNCED, balance.in_crm),
        ("Withheld", State.WITHHELD, balance.withheld),
        ("Pending", State.PENDING, balance.pending),
        ("Failed", State.FAILED, balance.failed),
    ]
    if balance.skipped.gifts:
        terms.append(("Skipped", State.SKIPPED, balance.skipped))
    whole = max(sum(amount.minor for *_, amount in terms), 1)
    parts, x = [], 0
    for name, state, amount in terms:
        width = max(amount.minor, 0) * BAR_WIDTH // whole
        parts.append(_part(name, state.value, amount, balance.currency, x, width))
        x += width
    given = _part("Given", "given", balance.given, balance.currency, 0, BAR_WIDTH)
    return BalanceView(balance.currency, given, parts, balance.agrees, _verdict(balance))


def campaign_rows(switches: CampaignSwitches, organization: Organization, now: datetime) -> list[CampaignRow]:
    """The campaigns with who last changed their switch, and when."""
    row = partial(_campaign_row, changes=switches.changes, local=zone(organization.time_zone), now=now)
    return tell_each(
        "console.campaign", switches.campaigns.items, row, _broken_campaign, lambda campaign: campaign.id
    )


def lag_view(lag: Lag) -> LagView:
    """The lag of the last two minutes in words."""
    if not lag.gifts:
        return LagView("\N{EN DASH}", "\N{EN DASH}", "No gift reached the CRM in the last two minutes.")
    note = f"{_count(lag.gifts)} reached the CRM in the last two minutes."
    if lag.gifts >= LAG_GIFTS_MAX:
        note = f"Of the latest {_count(lag.gifts)} that reached the CRM, all in the last two minutes."
    return LagView(_duration(lag.p50_seconds), _duration(lag.p99_seconds), note)


def lag_document(series: LagSeries) -> dict[str, Any]:
    """The chart's data: instants in Unix seconds, lag in milliseconds; and the same words as `lag_view`."""
    words = lag_view(series.overall)
    return {
        "now": series.now.timestamp(),
        "at": [lag.at.timestamp() for lag in series.seconds if lag.at is not None],
        "p50": [round(lag.p50_seconds * 1000, 1) for lag in series.seconds],
        "p99": [round(lag.p99_seconds * 1000, 1) for lag in series.seconds],
        "words": {"p50": words.p50, "p99": words.p99, "note": words.note},
    }


def curl_line(public_url: str) -> str:
    """A line to paste into a terminal that gives one gift."""
    donor = '{"email": "ada@example.org", "firstName": "Ada", "lastName": "Example"}'
    body = f'{{"amount": 50, "paymentMethodId": "tok_visa", "paymentMethodType": 0, "donor": {donor}}}'
    return (
        f"curl {public_url}/raise/api/Raise/give -H 'Authorization: Bearer YOUR_RAISE_TOKEN' "
        f"-H 'Content-Type: application/json' -d '{body}'"
    )


def when(instant: datetime, local: ZoneInfo, now: datetime) -> When:
    """`instant` as people of that zone read it; today's without the day."""
    there, today = instant.astimezone(local), now.astimezone(local).date()
    day = f"{there:%b} {there.day}"
    if there.date() == today:
        short = f"{there:%H:%M:%S}"
    else:
        short = f"{day}, {there:%H:%M}" if there.year == today.year else f"{day}, {there.year}"
    return When(
        short, f"{there:%A}, {there:%B} {there.day}, {there.year}, {there:%H:%M:%S %Z}", utc_text(instant)
    )


def _gift_row(gift: GiftView, arrivals: Arrivals, local: ZoneInfo, now: datetime) -> GiftRow:
    donor = arrivals.donors.get(gift.donor_id)
    known = arrivals.states.get(gift.id, {"state": State.PENDING, "reason": Reason.QUEUED})
    reason = known["reason"]
    is_synced = known["state"] == State.SYNCED and donor is not None and donor.crm_key is not None
    return GiftRow(
        id=gift.id,
        when=when(datetime.fromisoformat(gift.created_date), local, now),
        donor=(donor.name if donor else "") or "No name",
        amount=gift.formatted_amount,
        campaign=gift.campaign_name or "",
        projects=", ".join(project.name or f"Project {project.project_id}" for project in gift.projects),
        state=str(known["state"]),
        reason=str(reason or "").replace("_", " "),
        sentence="" if reason is None else SENTENCES[Reason(reason)],
        contact_url=f"/console/gift/{known['crm_id']}" if is_synced else "",
    )


def _broken_row(gift: GiftView) -> GiftRow:
    """A gift of which no more can be told than that it is there; `almoner doctor` says what it lacks."""
    return GiftRow(gift.id, NEVER, UNREADABLE, gift.formatted_amount or "", "", "", "", "", "", "")


def _part(name: str, css: str, amount: Amount, currency: str, x: int, width: int) -> Part:
    return Part(name, css, format_amount(amount.minor, currency), _count(amount.gifts), x, width)


def _verdict(balance: Balance) -> str:
    if balance.agrees:
        wait = f" {_count(balance.pending.gifts)} on the way." if balance.pending.gifts else ""
        return f"Both sides agree to the cent.{wait}"
    rest = balance.unexplained
    sums = format_amount(abs(rest.minor), balance.currency)
    if rest.minor == 0:
        return f"Both sides differ: {abs(rest.gifts)} gifts are unexplained though the sums are equal."
    where = "fewer in the CRM" if rest.minor > 0 else "more in the CRM"
    return f"Both sides differ: {sums} {where} than can be explained ({_count(abs(rest.gifts))})."


def _broken_campaign(campaign: CampaignView) -> CampaignRow:
    """A campaign of which no more can be told than that it is there."""
    return CampaignRow(
        campaign.id, campaign.name or UNREADABLE, "", "", True, "false", "Pause sync", "", None
    )


def _campaign_row(
    campaign: CampaignView, changes: dict[int, SyncChange], local: ZoneInfo, now: datetime
) -> CampaignRow:
    change = changes.get(campaign.id)
    changed = "Never changed"
    if change is not None:
        changed = f"{'Resumed' if change.can_sync else 'Paused'} by {change.changed_by}"
    return CampaignRow(
        id=campaign.id,
        name=campaign.name,
        raised=campaign.raised_amount,
        gifts=_count(campaign.total_gifts),
        can_sync=campaign.can_sync,
        turn_to="false" if campaign.can_sync else "true",
        button="Pause sync" if campaign.can_sync else "Resume sync",
        changed=changed,
        changed_at=None if change is None else when(change.changed_at, local, now),
    )


def _count(gifts: int) -> str:
    return f"{gifts:,} gift{'' if gifts == 1 else 's'}"


def _duration(seconds: float) -> str:
    milliseconds = seconds * 1000
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
