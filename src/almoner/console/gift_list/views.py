"""What the list prints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from almoner.console.gift_list.rules import Asked, Payment, Show
from almoner.console.gift_list.service import DONORS_MAX, GiftPage
from almoner.console.gifts.views import GiftRow, gift_rows
from almoner.console.words import counted
from almoner.kernel.ids import ID_MAX
from almoner.platform.organizations.rules import Organization
from almoner.sync.rules import REASON_NAMES, STATE_NAMES, STATE_OF_REASON, State

SEARCHES = (
    "Searched are a gift's number, a donor's whole e-mail address, and words with which "
    "a word of the first name, the last name or an organization's name starts."
)
PAYMENT_NAMES = {
    Payment.ANY: "Money went back, or may",
    Payment.REFUNDED: "Refunded",
    Payment.PARTLY_REFUNDED: "Refunded in part",
    Payment.DISPUTED: "Disputed",
    Payment.CHARGED_BACK: "Charged back",
    Payment.FAILED: "Payment failed",
}
"""What a list of gifts by the state of their payment is called."""
NONE_IN_STATE = {
    State.FAILED: "No gift needs attention.",
    State.PENDING: "No gift is on its way: the sync has looked at all of them.",
    State.WITHHELD: "No gift stays in giving.",
    State.SYNCED: "No gift is in the CRM yet.",
    State.SKIPPED: "No gift was skipped.",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of the filter."""

    value: str
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """A state, and the reasons that gifts in it have."""

    name: str
    options: list[Option]


@dataclass(frozen=True, slots=True)
class ListView:
    """A page of the list. `narrowed` says by what the form does not show it is narrowed, with the way out in `wider_url`."""

    title: str
    rows: list[GiftRow]
    note: str
    text: str
    groups: list[OptionGroup]
    searches: str
    narrowed: str
    wider_url: str
    empty: str
    older_url: str
    newest_url: str


def list_view(page: GiftPage, wanted: Asked, organization: Organization, now: datetime) -> ListView:
    """The page with its filter, its links to further ones, and what to say when it is empty."""
    rows = gift_rows(page.arrivals, organization, now)
    donor = rows[0].donor if rows and wanted.donor_id is not None else "one donor"
    narrowed = wanted.detail or (f"Gifts of {donor}" if wanted.donor_id is not None else "")
    return ListView(
        title="Gifts" if wanted.show is None else _name(wanted.show),
        rows=rows,
        note=_note(page),
        text=wanted.text,
        groups=_groups(wanted),
        searches=SEARCHES,
        narrowed=narrowed,
        wider_url=wanted.address(detail=None, donor=None),
        empty=_empty(wanted),
        older_url="" if page.older is None else wanted.address(before=page.older),
        newest_url="" if wanted.before == ID_MAX else wanted.address(),
    )


def _name(show: Show) -> str:
    if isinstance(show, Payment):
        return PAYMENT_NAMES[show]
    return STATE_NAMES[show] if isinstance(show, State) else REASON_NAMES[show]


def _note(page: GiftPage) -> str:
    total = "" if page.total is None else f"{counted(page.total)}. "
    cut = f" Only of the first {DONORS_MAX} donors with such a name: type more of it." if page.is_cut else ""
    return f"{total}Newest first.{cut}"


def _groups(wanted: Asked) -> list[OptionGroup]:
    groups = []
    for state in State:
        reasons = [reason for reason, of in STATE_OF_REASON.items() if of is state]
        if not reasons:
            continue
        options = [Option(state.value, f"{STATE_NAMES[state]}: all", wanted.show is state)]
        options += [Option(reason.value, REASON_NAMES[reason], wanted.show is reason) for reason in reasons]
        groups.append(OptionGroup(STATE_NAMES[state], options))
    payments = [Option(each.value, _name(each), wanted.show is each) for each in Payment]
    groups.append(OptionGroup("Payment", payments))
    synced = Option(State.SYNCED.value, STATE_NAMES[State.SYNCED], wanted.show is State.SYNCED)
    return [OptionGroup("", [Option("", "All gifts", wanted.show is None), synced]), *groups]


def _empty(wanted: Asked) -> str:
    if wanted.before != ID_MAX:
        return "No older gifts."
    if wanted.is_search:
        return _none_found(wanted)
    if wanted.show is None:
        return "No gifts yet."
    if isinstance(wanted.show, State):
        return NONE_IN_STATE[wanted.show]
    if isinstance(wanted.show, Payment):
        return f"There is no gift of which this is so: {_name(wanted.show)}."
    return f"No gift has this reason now: {REASON_NAMES[wanted.show]}."


def _none_found(wanted: Asked) -> str:
    """That a search found nothing, or a donor has none, with the state or reason that was asked for."""
    name = "" if wanted.show is None else _name(wanted.show)
    if not wanted.text:
        return f"This donor has no gift of which this is so: {name}." if name else "This donor has no gifts."
    among = f" among gifts of which this is so: {name}" if name else ""
    return f"Nothing was found for \N{LEFT DOUBLE QUOTATION MARK}{wanted.text}\N{RIGHT DOUBLE QUOTATION MARK}{among}."
