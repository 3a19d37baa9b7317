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

_PAID = (
    "coalesce((SELECT sum(a.counted_minor) FROM crm_code.queried_applied_gift a"
    " WHERE a.organization_id = $1 AND a.pledge_id = k.id), 0)"
)
_STATUS = f"(CASE WHEN {_PAID} >= k.pledged_minor THEN 'Completed' WHEN k.written_off_at IS NULL THEN 'Active' ELSE 'Written Off' END)"
_BALANCE = f"(CASE WHEN k.written_off_at IS NULL THEN greatest(0, k.pledged_minor - {_PAID}) ELSE 0 END)"
_NEXT = (
    f"(CASE WHEN k.written_off_at IS NULL AND {_PAID} < k.pledged_minor THEN (SELECT min(e.expected_on)"  # noqa: S608 - names of this module alone
    " FROM crm_code.queried_pledge_payment e WHERE e.organization_id = $1 AND e.pledge_id = k.id AND e.expected_minor > coalesce((SELECT sum(a.counted_minor)"
    " FROM crm_code.queried_applied_gift a WHERE a.organization_id = $1 AND a.pledge_payment_id = e.id), 0)) END)"
)


def _money(name: str, sql: str) -> Parameter:
    return Parameter(name=name, kind=Kind.MONEY, sql=sql, currency="k.currency")


PLEDGES = Catalog(
    noun="pledge",
    table="crm_code.queried_pledge k",
    parameters=(
        Parameter(name="Pledge Id", kind=Kind.INT, sql="k.id"),
        *of_contact("k"),
        _money("Amount Pledged", "k.pledged_minor"),
        _money("Amount Paid", _PAID),
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
        "amountpledged": "k.pledged_minor",
        "pledgeid": "k.id",
        **stamp_sorts("k"),
    },
)
