"""What can be asked of pledges: each parameter names a column, or what came of it."""

from __future__ import annotations

from almoner.crm.commitments.parameters import (
    OF_LEGACY,
    listed,
    of_contact,
    of_project,
    of_segment,
    of_stamps,
    stamp_sorts,
)
from almoner.crm.pledges.rules import FREQUENCIES, STATUSES
from almoner.platform.query import Catalog, Kind, Parameter
from almoner.platform.query.amounts import comparable

_STATUS = "(CASE WHEN k.paid_minor >= k.pledged_minor THEN 'Completed' WHEN k.written_off_at IS NULL THEN 'Active' ELSE 'Written Off' END)"
_BALANCE = "(CASE WHEN k.written_off_at IS NULL THEN greatest(0, k.pledged_minor - k.paid_minor) ELSE 0 END)"
_NEXT = "(CASE WHEN k.written_off_at IS NULL AND k.paid_minor < k.pledged_minor THEN k.first_open_on END)"
"""As the index `pledge_next` has it."""


def _money(name: str, sql: str) -> Parameter:
    return Parameter(name=name, kind=Kind.MONEY, sql=sql, currency="k.currency")


PLEDGES = Catalog(
    noun="pledge",
    table="crm_code.queried_pledge k",
    parameters=(
        Parameter(name="Pledge Id", kind=Kind.INT, sql="k.id"),
        *of_contact("k"),
        _money("Amount Pledged", "k.pledged_minor"),
        _money("Amount Paid", "k.paid_minor"),
        _money("Balance", _BALANCE),
        listed("Status", _STATUS, STATUSES),
        listed("Frequency", "k.frequency", FREQUENCIES),
        Parameter(name="Pledge Date", kind=Kind.DAY, sql="k.pledged_on"),
        Parameter(
            name="Expected Fulfillment Date", kind=Kind.DAY, sql="k.expected_fulfillment_on", nullable=True
        ),
        Parameter(name="Next Payment Date", kind=Kind.DAY, sql=_NEXT, nullable=True),
        Parameter(name="Gift Ask Id", kind=Kind.INT, sql="k.gift_ask_id", nullable=True),
        Parameter(name="Private", kind=Kind.TRUTH, sql="k.is_private"),
        *of_project("k"),
        *of_segment("k"),
        *OF_LEGACY,
        *of_stamps("k"),
    ),
    names={"campaign": "Campaign Name", "amount": "Amount Pledged", "pledgeid": "Pledge Id"},
    sorts={
        "pledgedate": "k.pledged_on",
        "nextpaymentdate": _NEXT,
        "amountpledged": comparable("k.pledged_minor", "k.currency"),
        "pledgeid": "k.id",
        **stamp_sorts("k"),
    },
)
