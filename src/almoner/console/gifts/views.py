"""What the page prints: pure functions from results to text."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from almoner.console.gifts.rules import NOTHING, Amount, Balance
from almoner.console.gifts.service import QUEUED, Arrivals, CampaignSwitches, LagSeries
from almoner.console.words import BROKEN, PAYMENTS, When, counted, duration, projects_text, when
from almoner.giving.campaigns.views import CampaignView
from almoner.giving.gifts.views import GiftView
from almoner.kernel.clock import zone
from almoner.kernel.money import format_amount
from almoner.platform.organizations.rules import Organization
from almoner.platform.telling import tell_each
from almoner.sync.lag.service import LAG_GIFTS_MAX, Lag
from almoner.sync.rules import REASON_NAMES, STATE_NAMES, Reason, State, explain

BAR_WIDTH = 1000
NEVER = When("", "", "")


@dataclass(frozen=True, slots=True)
class GiftRow:
    """One gift. `crm_url`, the page of the CRM's gift, is empty until it is synced; `reason` and `sentence` are empty once it is.

    `payment`: the badge of a payment that is not good any more.
    """

    id: int
    when: When
    donor: str
    amount: str
    campaign: str
    projects: str
    state: str
    state_name: str
    reason: str
    sentence: str
    crm_url: str
    payment: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One term of the equation, and its piece of the bar."""

    name: str
    css: str
    amount: str
    gifts: str
    url: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class BalanceView:
    """One currency's equation in words and numbers.

    `crm`: why the CRM has another sum in all than its tile; empty when it has not.
    `is_base`: of the currency that the organization counts in; of others, terms of nothing are left out.
    """

    currency: str
    is_base: bool
    given: Part
    parts: list[Part]
    agrees: bool
    verdict: str
    crm: str


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign with its switch. `turn_to` is what pressing the button asks for.

    `beside`: what came in other currencies than the organization's, and how much was given in test mode.
    """

    id: int
    name: str
    raised: str
    gifts: str
    beside: list[str]
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
    waited: str
    receipts: str


def gift_rows(arrivals: Arrivals, organization: Organization, now: datetime) -> list[GiftRow]:
    """The table of the newest gifts."""
    row = partial(_gift_row, arrivals=arrivals, local=zone(organization.time_zone), now=now)
    return tell_each("console.gift", arrivals.gifts, row, _broken_row, lambda gift: gift.id)


def news_of(rows: list[GiftRow]) -> str:
    """What a screen reader is told when the table has changed."""
    if not rows:
        return ""
    newest = rows[0]
    return f"Newest gift: {newest.amount} from {newest.donor}, {newest.state_name}."


def balance_views(found: list[Balance], base_currency: str) -> list[BalanceView]:
    """The tiles, the bar and the sentence of each currency, the organization's own first."""
    ordered = sorted(found, key=lambda balance: (balance.currency != base_currency, balance.currency))
    return [_balance_view(balance, base_currency) for balance in ordered]


def _balance_view(balance: Balance, base_currency: str) -> BalanceView:
    is_base = balance.currency == base_currency
    terms = [
        (State.SYNCED, balance.in_crm),
        (State.WITHHELD, balance.withheld),
        (State.PENDING, balance.pending),
        (State.FAILED, balance.failed),
    ]
    if balance.skipped.gifts:
        terms.append((State.SKIPPED, balance.skipped))
    whole = max(sum(amount.minor for _, amount in terms), 1)
    parts, x = [], 0
    for state, amount in terms:
        width = max(amount.minor, 0) * BAR_WIDTH // whole
        if is_base or amount != NOTHING:
            parts.append(_part(STATE_NAMES[state], state.value, amount, balance.currency, x, width))
        x += width
    given = _part("Given", "given", balance.given, balance.currency, 0, BAR_WIDTH)
    return BalanceView(
        balance.currency, is_base, given, parts, balance.agrees, _verdict(balance), _crm_in_all(balance)
    )


def campaign_rows(switches: CampaignSwitches, organization: Organization, now: datetime) -> list[CampaignRow]:
    """The campaigns with who last changed their switch, and when."""
    row = partial(
        _campaign_row,
        switches=switches,
        currency=organization.currency,
        local=zone(organization.time_zone),
        now=now,
    )
    return tell_each(
        "console.campaign", switches.campaigns.items, row, _broken_campaign, lambda campaign: campaign.id
    )


def lag_view(series: LagSeries) -> LagView:
    """The lag of the last two minutes in words: of the gifts that went directly, and apart of those that waited; and what waits for receipts."""
    lag, waited, receipts = series.lags.directly, series.lags.waited, receipts_text(series)
    note = f"{counted(lag.gifts)} went to the CRM directly in the last two minutes."
    if lag.gifts + waited.gifts >= LAG_GIFTS_MAX:
        note = f"Of the latest {counted(LAG_GIFTS_MAX)} that reached the CRM, all in the last two minutes."
    if not lag.gifts:
        return LagView(
            "\N{EN DASH}",
            "\N{EN DASH}",
            "No gift went to the CRM directly in the last two minutes.",
            _waited(waited),
            receipts,
        )
    return LagView(duration(lag.p50_seconds), duration(lag.p99_seconds), note, _waited(waited), receipts)


def receipts_text(series: LagSeries) -> str:
    """How far receipts are behind."""
    found = series.receipts
    if found.since is None:
        return "No receipt waits."
    waits = [(found.gifts, "gift"), (found.letters, "letter")]
    things = " and ".join(counted(number, noun) for number, noun in waits if number)
    more = "at least " if found.has_more else ""
    because = "" if found.reason is None else f" The last letter that was tried: {found.reason}."
    longest = duration(max(0.0, (series.now - found.since).total_seconds()))
    return f"Receipts behind: {more}{things}, the longest by {longest}.{because}"


def lag_document(series: LagSeries) -> dict[str, Any]:
    """The chart's data: instants in Unix seconds, lag in milliseconds; and the same words as `lag_view`."""
    words = lag_view(series)
    return {
        "now": series.now.timestamp(),
        "at": [lag.at.timestamp() for lag in series.seconds if lag.at is not None],
        "p50": [round(lag.p50_seconds * 1000, 1) for lag in series.seconds],
        "p99": [round(lag.p99_seconds * 1000, 1) for lag in series.seconds],
        "words": asdict(words),
    }


def curl_line(public_url: str) -> str:
    """A line to paste into a terminal that gives one gift."""
    donor = '{"email": "ada@example.org", "firstName": "Ada", "lastName": "Example"}'
    body = f'{{"amount": 50, "paymentMethodId": "tok_visa", "paymentMethodType": 0, "donor": {donor}}}'
    return (
        f"curl {public_url}/raise/api/Raise/give -H 'Authorization: Bearer YOUR_RAISE_TOKEN' "
        f"-H 'Content-Type: application/json' -d '{body}'"
    )


def _gift_row(gift: GiftView, arrivals: Arrivals, local: ZoneInfo, now: datetime) -> GiftRow:
    donor = (arrivals.donors or {}).get(gift.donor_id)
    name = "No name" if arrivals.donors is not None else f"Donor {gift.donor_id}"
    known = arrivals.states.get(gift.id, QUEUED)
    reason, detail = known["reason"], known["detail"]
    if known["donor_reason"] is not None:  # what stands in the way is the donor's
        reason, detail = known["donor_reason"], known["donor_detail"]
    is_synced = known["state"] == State.SYNCED and donor is not None and donor.crm_key is not None
    return GiftRow(
        id=gift.id,
        when=when(datetime.fromisoformat(gift.created_date), local, now),
        donor=(donor.name if donor else "") or name,
        amount=gift.formatted_amount,
        campaign=gift.campaign_name or "",
        projects=projects_text((project.project_id, project.name) for project in gift.projects),
        state=str(known["state"]),
        state_name=STATE_NAMES[State(known["state"])],
        reason="" if reason is None else REASON_NAMES[Reason(reason)],
        sentence="" if reason is None else explain(Reason(reason), detail),
        crm_url=f"/console/gift/{known['crm_id']}" if is_synced else "",
        payment=PAYMENTS.get(gift.status_text),
    )


def _broken_row(gift: GiftView) -> GiftRow:
    """A gift of which no more can be told than that it is there; `almoner doctor` says what it lacks."""
    return GiftRow(
        id=gift.id,
        when=NEVER,
        donor=BROKEN,
        amount=gift.formatted_amount or "",
        campaign="",
        projects="",
        state="",
        state_name="",
        reason="",
        sentence="",
        crm_url="",
    )


def _part(name: str, css: str, amount: Amount, currency: str, x: int, width: int) -> Part:
    url = "/console/gifts" + ("" if css == "given" else f"?show={css}")
    return Part(name, css, format_amount(amount.minor, currency), counted(amount.gifts), url, x, width)


def _waited(lag: Lag) -> str:
    if not lag.gifts:
        return ""
    return (
        f"{counted(lag.gifts)} more waited until something was mended: half within {duration(lag.p50_seconds)}, "
        f"99 % within {duration(lag.p99_seconds)}."
    )


def _verdict(balance: Balance) -> str:
    if balance.agrees:
        wait = f" {counted(balance.pending.gifts)} on the way." if balance.pending.gifts else ""
        return f"Both sides agree to the cent.{wait}"
    rest = balance.unexplained
    sums = format_amount(abs(rest.minor), balance.currency)
    if rest.minor == 0:
        return f"Both sides differ: {abs(rest.gifts)} gifts are unexplained though the sums are equal."
    where = "fewer in the CRM" if rest.minor > 0 else "more in the CRM"
    return f"Both sides differ: {sums} {where} than can be explained ({counted(abs(rest.gifts))})."


def _crm_in_all(balance: Balance) -> str:
    """What the CRM has in all, term by term, where it is more or less than came from giving as giving has it now."""
    money = partial(format_amount, currency=balance.currency)
    terms = [f"{money(balance.in_crm.minor)} as giving has it"]
    if balance.earlier != NOTHING:
        terms.append(
            f"{money(balance.earlier.minor)} as it was before a change that is not there yet ({counted(balance.earlier.gifts)})"
        )
    if balance.entered != NOTHING:
        terms.append(f"{money(balance.entered.minor)} entered in the CRM ({counted(balance.entered.gifts)})")
    back = balance.taken_back
    if len(terms) == 1 and back == NOTHING:
        return ""
    less = ""
    if back != NOTHING:
        less = f" \N{MINUS SIGN} {money(-back.minor)} taken back there ({counted(back.gifts, 'reversal')})"
    return f"In the CRM in all: {money(balance.crm.minor)} = {' + '.join(terms)}{less}."


def _broken_campaign(campaign: CampaignView) -> CampaignRow:
    """A campaign of which no more can be told than that it is there."""
    return CampaignRow(
        id=campaign.id,
        name=campaign.name or BROKEN,
        raised="",
        gifts="",
        beside=[],
        can_sync=True,
        turn_to="false",
        button="Pause sync",
        changed="",
        changed_at=None,
    )


def _campaign_row(
    campaign: CampaignView, switches: CampaignSwitches, currency: str, local: ZoneInfo, now: datetime
) -> CampaignRow:
    change, changed = switches.changes.get(campaign.id), "Never changed"
    if change is not None:
        by = switches.key_names.get(change.changed_by, change.changed_by)
        why = f": {change.reason}" if change.reason else ""
        changed = f"{'Resumed' if change.can_sync else 'Paused'} by {by}{why}"
    return CampaignRow(
        id=campaign.id,
        name=campaign.name,
        raised=campaign.raised_amount,
        gifts=counted(campaign.total_gifts),
        beside=_beside(campaign, currency),
        can_sync=campaign.can_sync,
        turn_to="false" if campaign.can_sync else "true",
        button="Pause sync" if campaign.can_sync else "Resume sync",
        changed=changed,
        changed_at=None if change is None else when(change.changed_at, local, now),
    )


def _beside(campaign: CampaignView, currency: str) -> list[str]:
    others = [
        f"{one.formatted_amount} · {counted(one.total_gifts)}"
        for one in campaign.raised_by_currency
        if one.currency != currency
    ]
    return [*others, f"{counted(campaign.test_gifts)} in test mode"] if campaign.test_gifts else others
