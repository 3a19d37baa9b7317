"""What the page of a gift prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from almoner.console.gift.service import Story
from almoner.console.needs.rules import NEXT_STEPS, Mend, forget_wrong_key, link_to, mend_of, resume_campaign
from almoner.console.refunds.service import asked_of
from almoner.console.refunds.views import KINDS, STATES, ReversalRow, reversal_rows
from almoner.console.words import PAYMENTS, When, counted, day_text, duration, linked_by, when
from almoner.crm.contract import TakenBack
from almoner.giving.gifts.corrections import Correction
from almoner.giving.gifts.views import GiftView
from almoner.giving.reversals.rules import Kind
from almoner.giving.reversals.rules import State as Reversed
from almoner.giving.reversals.views import ReversalView
from almoner.giving.transfers.views import GiftTransferView
from almoner.kernel.clock import zone
from almoner.kernel.money import format_amount, format_decimal
from almoner.platform.organizations.rules import Organization
from almoner.platform.program import typed
from almoner.platform.telling import tell_each
from almoner.sync.rules import REASON_NAMES, RETRY_IS_VAIN, STATE_NAMES, Reason, Record, State


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a trace: what happened, when (None: it is to come), and what is special to it."""

    css: str
    name: str
    at: When | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class BrokenView:
    """What is broken of a record, each with the column that says so, and what whoever runs the server is to type."""

    lacks: list[tuple[str, str]]
    command: str


@dataclass(frozen=True, slots=True)
class GiftFactsView:
    """What was given; `reversals`: what went back of it, each with what its state means, and the page that sends it back. `payment`: the badge of one that is not good any more."""

    title: str
    donor: str
    donor_url: str
    contact: str
    contact_url: str
    facts: list[tuple[str, str]]
    broken: BrokenView | None
    reversals: list[ReversalRow]
    payment: tuple[str, str] | None
    can_refund: bool
    refund_url: str


@dataclass(frozen=True, slots=True)
class GiftStateView:
    """Where the gift is: state, cause in a sentence, whose cause it is, what mends it, and the trace.

    `taken_back`: a sentence for each reversal in the CRM, with where it stands. `link_url`: the page of the donor's link, where the sentence warns of it.
    """

    state: str
    state_name: str
    reason: str
    sentence: str
    next_step: str
    detail: str
    other: str
    other_url: str
    other_sentence: str
    mends: list[Mend]
    link_url: str
    crm_url: str
    taken_back: list[tuple[str, str]]
    steps: list[Step]


def facts_view(story: Story, organization: Organization, now: datetime) -> GiftFactsView:
    """The facts of a gift, as giving has them."""
    gift, donor = story.gift, story.donor
    name = story.donor_name or f"Donor {gift.donor_id}"
    optional = [
        ("Given on", day_text(date.fromisoformat(gift.date[:10])) if gift.date else ""),
        *_parts(gift),
        ("Campaign", gift.campaign_name),
        ("E-mail", donor.email if donor else ""),
        ("Key given", donor.crm_key if donor and not donor.crm_linked else ""),
        ("Paid with", gift.payment_info or gift.payment_type),
        ("Transaction", gift.transaction_id),
        ("Billed to", _address(gift) if donor else ""),
        ("Form", gift.form_name),
        ("Segment", gift.segment),
        ("Motivation code", gift.motivation),
        ("Tribute", _tribute(gift, shows_told=donor is not None)),
        ("Premium", _premium(gift)),
        ("Went back", _gone(gift)),
        ("Notes", gift.notes),
        ("Comment", gift.comment),
    ]
    facts = [(label, text) for label, text in optional if text]
    if gift.is_anonymous:
        facts.append(("Anonymous", "Yes"))
    if gift.is_test_mode:
        facts.append(("Test gift", "Yes"))
    facts.append(("Gift number", str(gift.id)))
    return GiftFactsView(
        f"{gift.formatted_amount or f'Gift {gift.id}'} from {name}",
        name,
        f"/console/gifts?donor={gift.donor_id}",
        _contact(story),
        _link_url(story) if donor else "",
        facts,
        _broken(story),
        reversal_rows(story.reversals, organization, now),
        PAYMENTS.get(gift.status_text),
        gift.can_refund and not asked_of(story.reversals),
        f"/console/gifts/{gift.id}/refund",
    )


def _address(gift: GiftView) -> str:
    """To whom and where the payment was billed, as far as that came with the gift."""
    at = gift.billing_address
    lines = [] if at is None else [at.address1, at.address2, at.city, at.state, at.postal, at.country_string]
    return ", ".join(line for line in (gift.billing_name, *lines) if line)


def _tribute(gift: GiftView, *, shows_told: bool) -> str:
    """In whose honor or memory it was given; whom to tell, only where people may be shown."""
    of = gift.tribute
    if of is None:
        return ""
    message = f": {of.message}" if of.message else ""
    told = ", ".join(filter(None, (of.notify_name, of.notify_email, of.notify_address))) if shows_told else ""
    return f"{of.type_display} {of.name}{message}{f' (to be told: {told})' if told else ''}"


def _premium(gift: GiftView) -> str:
    of = gift.premium
    return "" if of is None else f"{of.name}, worth {of.fair_value_formatted}"


def _gone(gift: GiftView) -> str:
    """How much went back; of a gift that cannot be told in full, nothing."""
    return format_decimal(gift.reversed_amount, gift.currency) if gift.reversed_amount else ""


def _link_url(story: Story) -> str:
    return f"/console/donors/{story.gift.donor_id}/contact?returnTo=/console/gifts/{story.gift.id}"


def _contact(story: Story) -> str:
    """With which contact the gift is, or would go to; and which one the donor is, where it is another by now."""
    of_gift, of_donor = story.gift_contact_id, story.contact_id
    if of_gift is None or of_gift == of_donor:
        return "Which contact is it?" if of_donor is None else f"In the CRM as contact {of_donor}"
    now = "" if of_donor is None else f"; the donor is contact {of_donor} now"
    return f"In the CRM with contact {of_gift}{now}."


def _broken(story: Story) -> BrokenView | None:
    if not story.lacks:
        return None
    return BrokenView([(one.column, one.lack) for one in story.lacks], typed("doctor"))


def state_view(story: Story, organization: Organization, now: datetime) -> GiftStateView:
    """State, cause, buttons and trace of a gift."""
    record, sentence = story.why.record, story.why.explanation
    state = State.FAILED if story.trouble.record.is_kept_out else record.state
    other, other_url = _other(story)
    return GiftStateView(
        state=state.value,
        state_name=STATE_NAMES[state],
        reason="" if record.reason is None else REASON_NAMES[record.reason],
        sentence=sentence,
        next_step="" if record.reason is None else NEXT_STEPS.get(record.reason, ""),
        detail=_detail(record, sentence),
        other=other,
        other_url=other_url,
        other_sentence=story.trouble.explanation if other else "",
        mends=_mends(story),
        link_url=_link_url(story) if story.why.warning is not None else "",
        crm_url=f"/console/gift/{record.crm_id}" if record.crm_id is not None and record.done else "",
        taken_back=[(_taken_back(one), f"/console/gift/{one.id}") for one in story.taken_back],
        steps=_told_trace(story, zone(organization.time_zone), now),
    )


def _detail(record: Record, sentence: str) -> str:
    """What the sentence does not say yet; of a paused campaign it is but a number."""
    detail = record.detail or ""
    return "" if detail in sentence or record.reason is Reason.HELD_CAMPAIGN_PAUSED else detail


def _taken_back(reversal: TakenBack) -> str:
    day = f" on {day_text(reversal.day)}" if reversal.day else ""
    return f"{format_amount(reversal.minor, reversal.currency)} taken back in the CRM{day}, by gift {reversal.id} there"


def _parts(gift: GiftView) -> list[tuple[str, str]]:
    named = [(part.name or f"Project {part.project_id}", part.amount) for part in gift.projects]
    if len(named) == 1:
        return [("For", named[0][0])]
    return [("For", f"{name}: {amount}") for name, amount in named]


def _other(story: Story) -> tuple[str, str]:
    """Whose trouble it is that a gift waits for, and where that is told more of."""
    if not story.waits_for_another:
        return "", ""
    record = story.trouble.record
    state = STATE_NAMES[record.state].lower()
    if record.entity == "gift":
        return f"Gift {record.record_id} of the same donor: {state}", f"/console/gifts/{record.record_id}"
    name = story.donor_name or f"Donor {story.gift.donor_id}"
    if record.entity == "reversal":
        return f"What went back of a gift of {name}: {state}", f"/console/gifts?donor={story.gift.donor_id}"
    return f"The donor {name}: {state}", f"/console/gifts?donor={story.gift.donor_id}"


def _mends(story: Story) -> list[Mend]:
    """The buttons of the cause: what takes it away first, one more try last."""
    record, donor_id = story.trouble.record, story.gift.donor_id
    again = Mend(f"/console/gifts/{story.gift.id}/retry", "Try again")
    links = [link_to(donor_id, contact_id, name) for contact_id, name in story.contacts]
    cures = (
        mend_of(record.reason, record.detail, donor_id),
        forget_wrong_key(record.reason, record.detail, donor_id),
    )
    if story.paused_campaign is not None:
        return [resume_campaign(story.paused_campaign)]
    can_retry = (
        record.state is State.FAILED and record.reason not in RETRY_IS_VAIN
    ) or record.reason is Reason.RETRYING
    return [*links, *(cure for cure in cures if cure is not None), *([again] if can_retry else [])]


def _told_trace(story: Story, local: ZoneInfo, now: datetime) -> list[Step]:
    """The trace; of a gift with a time that cannot be told, that it cannot."""
    trace = partial(_trace, local=local, now=now)
    lost = [Step("failed", "What happened when cannot be told", None)]
    (steps,) = tell_each("console.trace", [story], trace, lambda _: lost, lambda one: one.gift.id)
    return steps


def _trace(story: Story, local: ZoneInfo, now: datetime) -> list[Step]:
    record, gift = story.why.record, story.gift
    steps = [Step("given", "Given", _at(gift.created_date, local, now), _as_given(story))]
    steps += [_corrected(one, local, now) for one in story.corrections]
    steps += [step for one in story.reversals for step in _gone_back(one, local, now)]
    steps += [_moved(one, story, local, now) for one in story.moves]
    steps += [
        Step(
            "waited",
            linked_by(story.links, number, story.donor),
            when(one.changed_at, local, now),
        )
        for number, one in reversed(list(enumerate(story.links)))
        if gift.created_date and one.changed_at >= datetime.fromisoformat(gift.created_date)
    ]
    if not record.is_stored:
        return [*steps, Step("pending", "The sync has not looked at it yet", None)]
    if record.waited_since is not None and record.waited_since != record.changed_at:
        reason = REASON_NAMES[Reason(record.waited_for)] if record.waited_for else ""
        steps.append(Step("waited", "Could not go", when(record.waited_since, local, now), reason))
    if record.attempts:
        steps.append(Step("waited", f"Tried {counted(record.attempts, 'time')} in vain", None))
    steps.append(_present(record, when(record.changed_at, local, now)))
    steps = _in_time(steps)
    if record.due_at is not None and record.reason is Reason.RETRYING:
        steps.append(Step("pending", "Next try", when(record.due_at, local, now)))
    return steps


def _as_given(story: Story) -> str:
    """The amount that was given; empty where an erasure took what was known of corrections along."""
    before = [one.amount_before for one in story.corrections if one.amount_before is not None]
    if before:
        return before[0]
    may_be_another = story.is_forgotten and story.why.record.wanted > 1
    return "" if may_be_another else story.gift.formatted_amount or ""


def _corrected(one: Correction, local: ZoneInfo, now: datetime) -> Step:
    """What was corrected, and the amount that it was before."""
    fields = [f"{word} (it was {one.amount_before})" if word == "amount" else word for word in one.fields]
    return Step("given", "Corrected", when(one.at, local, now), ", ".join(fields).capitalize())


def _gone_back(one: ReversalView, local: ZoneInfo, now: datetime) -> list[Step]:
    """What became of a reversal: when it was asked for or heard of, and, where it came to something later, when that was."""
    name = f"{KINDS[one.kind]} of {one.formatted_amount}"
    word = STATES[one.state][1].lower()
    css = "failed" if one.state in (Reversed.FAILED, Reversed.OPEN) else "waited"
    last = Step(css, f"{name}: {word}", _at(one.modified_date, local, now), one.reason or "")
    if one.state == Reversed.ASKED or one.created_date == one.modified_date:
        return [replace(last, at=_at(one.created_date, local, now))]
    first = f"{name} asked for" if one.kind == Kind.REFUND else f"{name} begun"
    return [Step("waited", first, _at(one.created_date, local, now)), last]


def _moved(one: GiftTransferView, story: Story, local: ZoneInfo, now: datetime) -> Step:
    """That the gift became another donor's; whose, for who may know that."""
    whose = "" if story.donor is None else f" from donor {one.from_donor_id} to donor {one.to_donor_id}"
    how = "by a merge" if one.merge_id is not None else f"by {one.moved_by}"
    note = how if one.reason is None else f"{how}: {one.reason}"
    return Step(
        "given", f"Moved{whose}" if whose else "Moved to another donor", _at(one.moved_date, local, now), note
    )


def _in_time(steps: Sequence[Step]) -> list[Step]:
    """The steps in the order of their times; one that has none stays before the one that it stood before."""
    following, keys = "", []
    for step in reversed(steps):
        following = step.at.machine if step.at else following
        keys.append(following)
    return [step for _, step in sorted(zip(reversed(keys), steps, strict=True), key=lambda pair: pair[0])]


def _at(text: str | None, local: ZoneInfo, now: datetime) -> When | None:
    return when(datetime.fromisoformat(text), local, now) if text else None


def _present(record: Record, at: When) -> Step:
    """Where it stands now, and since when."""
    if record.reason is None:
        took = duration(max((record.changed_at - record.happened_at).total_seconds(), 0.0))
        after = "the change" if record.wanted > 1 else "the gift"
        return Step("synced", "Reached the CRM", at, f"{took} after {after}, as gift {record.crm_id}")
    note = REASON_NAMES[record.reason]
    if record.done:
        note += f"; the CRM has it as it was in version {record.done}"
    return Step(record.state.value, STATE_NAMES[record.state], at, note)
