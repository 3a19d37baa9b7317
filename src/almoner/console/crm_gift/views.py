"""What the page of a CRM gift prints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from almoner.console.crm_gift.service import Story
from almoner.console.crm_gifts.views import came_from, day_of
from almoner.console.words import BROKEN, When, day_text, when
from almoner.crm.gifts.views import GiftView
from almoner.kernel.clock import zone
from almoner.kernel.money import format_amount, format_decimal
from almoner.platform.organizations.rules import Organization
from almoner.platform.program import typed
from almoner.platform.telling import is_told
from almoner.sync.rules import STATE_NAMES


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the gift: project, its codes, and how much."""

    project: str
    codes: str
    amount: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened, when (None: that day alone is known and stands in `note`), and where it is told of."""

    css: str
    name: str
    at: When | None
    note: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """The gift in giving: what its page is, its state in a word, the sentence for it, and what it was given to."""

    url: str
    name: str
    state: str
    state_name: str
    sentence: str
    facts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class GiftPageView:
    """A gift. `broken`: what whoever runs the server types to find what is broken of it; else empty. Campaigns have address and sentence."""

    number: int
    title: str
    kind: str
    contact: str
    contact_url: str
    facts: list[tuple[str, str]]
    parts: list[Part]
    pays: list[str]
    campaigns: list[tuple[str, str, str]]
    origin: Origin | None
    steps: list[Step]
    broken: str


def gift_page_view(story: Story, organization: Organization, now: datetime) -> GiftPageView:
    """The page of a gift; of a broken one what can be told."""
    gift = story.gift
    name = (gift.contact_name or BROKEN) if story.shows_contact else f"Contact {gift.contact_id}"
    return GiftPageView(
        number=gift.id,
        title=f"{gift.amount_formatted or f'Gift {gift.id}'} from {name}",
        kind=gift.gift_type_formatted or "Gift",
        contact=name,
        contact_url=f"/console/contact/{gift.contact_id}#gift-{gift.id}" if story.shows_contact else "",
        facts=[(label, text) for label, text in (*_facts(gift), *_extras(gift)) if text],
        parts=_parts(gift),
        pays=_pays(gift),
        campaigns=_campaigns(story),
        origin=_origin(story),
        steps=_steps(story, zone(organization.time_zone), now),
        broken="" if is_told(gift) else typed("doctor"),
    )


def _facts(gift: GiftView) -> list[tuple[str, str]]:
    source = " ".join(filter(None, (gift.transaction_source, gift.transaction_id)))
    thanked = day_of(gift.acknowledgement_date) or ("Yes" if gift.is_acknowledged_gift else "")
    return [
        ("Day", day_of(gift.gift_date)),
        *_details(gift),
        ("Segment", " ".join(filter(None, (gift.segment, gift.segment_code and f"({gift.segment_code})")))),
        ("Batch", gift.batch or ""),
        ("Transaction", source),
        ("Account", gift.cash_accounting_code or ""),
        ("Heard from", gift.media_outlet or ""),
        ("Receipt", day_of(gift.receipt_date)),
        ("Thanked", " ".join(filter(None, (thanked, gift.acknowledgement_notes)))),
        ("Tax-deductible", "No" if gift.is_tax_deductible is False else ""),
        ("Private", "Yes" if gift.is_private else ""),
        ("Notes", gift.notes or ""),
        ("Gift number", str(gift.id)),
    ]


def _details(gift: GiftView) -> list[tuple[str, str]]:
    """What belongs to the type of the gift alone."""
    if gift.type_details is None:
        return []
    told = []
    for name in gift.type_details.__struct_fields__:
        value = getattr(gift.type_details, name)
        if value is None or value is False or name.endswith("_id"):
            continue
        text = day_of(value) if name.startswith("date_") else "Yes" if value is True else _number(value)
        told.append((name.replace("_", " ").capitalize(), text))
    return told


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, Decimal) else str(value)


def _extras(gift: GiftView) -> list[tuple[str, str]]:
    through = [
        f"Contact {one.contact_id}: {_money(one.amount, gift.currency_code)}"
        for one in gift.gift_passthroughs
    ]
    return [
        ("Tribute", gift.tribute or ""),
        *(
            ("Given in return", one.display + (", came back" if one.is_returned else ""))
            for one in gift.gift_premiums
        ),
        *(("Came through", text) for text in through),
        *((one.display_name, one.value) for one in gift.custom_fields),
    ]


def _parts(gift: GiftView) -> list[Part]:
    return [
        Part(
            part.project or f"Project {part.project_id}",
            " \N{MIDDLE DOT} ".join(filter(None, (part.project_code, part.external_accounting_code))),
            _money(part.amount_designated, gift.currency_code),
        )
        for part in gift.gift_designations
    ]


def _money(amount: Decimal | None, currency: str) -> str:
    """An amount in the gift's currency; empty where that cannot be told."""
    return "" if amount is None else format_decimal(amount, currency)


def _pays(gift: GiftView) -> list[str]:
    """What the gift is applied to, each in a sentence."""
    pays = [
        f"A pledge: of {one.expected_amount:,} expected on {day_of(one.expected_payment_date)}, {one.actual_amount:,} came."
        for one in gift.pledge_payments
    ]
    pays += [
        f"A recurring gift: the payment of {one.expected_amount:,} expected on {day_of(one.expected_payment_date)}."
        for one in gift.recurring_gift_payments
    ]
    others = (
        ("The grant", gift.grant or gift.grant_id),
        ("Gift ask", gift.gift_ask_id),
        ("Planned gift", gift.planned_gift_id),
    )
    return [*pays, *(f"{what} {which}." for what, which in others if which is not None)]


def _campaigns(story: Story) -> list[tuple[str, str, str]]:
    return [
        (
            f"/console/crm/campaigns/{one.id}",
            one.name,
            f"{format_amount(one.amount_minor, one.currency)} {'by its segment' if one.by_segment else 'through its projects'}",
        )
        for one in story.campaigns
    ]


def _origin(story: Story) -> Origin | None:
    gift, sent = story.gift, story.sent
    if gift.source_raise_gift_id is None:
        return None
    knew = gift.origin
    facts = (
        [] if knew is None else [("Campaign", knew.campaign_name or ""), ("Segment", knew.segment_code or "")]
    )
    return Origin(
        url="" if sent is None else f"/console/gifts/{gift.source_raise_gift_id}",
        name=f"Gift {gift.source_raise_gift_id} in giving",
        state="" if sent is None else sent.record.state.value,
        state_name="" if sent is None else STATE_NAMES[sent.record.state],
        sentence="" if sent is None else sent.explanation,
        facts=[(label, text) for label, text in facts if text],
    )


def _steps(story: Story, local: ZoneInfo, now: datetime) -> list[Step]:
    """What happened to the gift here: entered, taken back, last changed."""
    gift = story.gift
    made, changed = _instant(gift.create_date_time_utc), _instant(gift.modified_date_time_utc)
    at = None if made is None else when(made, local, now)
    by = f"from {came_from(gift)}" if gift.source_raise_gift_id is not None else f"by {gift.created_by_user}"
    steps = [Step("synced", "Entered in the CRM", at, by)]
    if story.takes_back is not None:
        of, url = f"of gift {story.takes_back}", f"/console/gift/{story.takes_back}"
        steps = [Step("failed", "Takes back", at, of, url)]
    if changed is not None and changed != made:
        steps.append(
            Step("pending", "Last changed", when(changed, local, now), f"by {gift.modified_by_user}")
        )
    for one in story.taken_back:
        day = f" on {day_text(one.day)}" if one.day else ""
        note = f"{format_amount(one.minor, one.currency)}{day}, by gift {one.id}"
        steps.append(Step("failed", "Taken back", None, note, f"/console/gift/{one.id}"))
    return steps


def _instant(text: str | None) -> datetime | None:
    """An instant as the CRM's shapes have it: in UTC, without a zone."""
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)
