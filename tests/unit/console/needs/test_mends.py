"""Which button mends which cause."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from almoner.console.donors.routes import routes as donors_routes
from almoner.console.gift.routes import routes as gift_routes
from almoner.console.gifts.routes import routes as gifts_routes
from almoner.console.needs.routes import routes as needs_routes
from almoner.console.needs.rules import Mend, forget_key, mend_of, resume_campaign
from almoner.console.needs.service import Causes
from almoner.console.needs.views import CauseView, cause_views
from almoner.platform.organizations.rules import Organization
from almoner.sync.rules import ONE_BY_ONE, RETRY_IS_VAIN, Reason
from almoner.sync.triage.service import FAILED, Cause

HOUSE = Organization(1, "House", "USD", "UTC", "en-US", "crm", datetime(2026, 1, 1, tzinfo=UTC))


def shown(cause: Cause) -> CauseView:
    """One cause as the page has it."""
    (view,) = cause_views(Causes([cause], 1, {}), HOUSE)
    return view


@pytest.mark.parametrize("reason", FAILED)
def test_each_cause_has_a_button_and_a_way_to_its_gifts(reason: Reason) -> None:
    of_donor = Cause("donor", reason, None, 7, gifts=2)
    of_gifts = Cause("gift", reason, "X", None, gifts=2)
    view = shown(of_donor if reason in ONE_BY_ONE else of_gifts)
    if reason in RETRY_IS_VAIN:
        assert view.mend is None
    else:
        assert view.mend is not None and view.mend.action.startswith("/console/") and view.mend.label
    assert view.gifts == "2 gifts" and view.gifts_url.startswith("/console/gifts?")


def test_a_button_names_what_it_makes_and_carries_it() -> None:
    mend = mend_of(Reason.PROJECT_UNKNOWN, "ROOF", None)
    assert mend is not None
    assert (mend.label, mend.carries) == ("Make project ROOF in the CRM", {"code": "ROOF"})


def test_a_cause_without_a_cure_of_its_own_is_tried_again_as_it_is() -> None:
    mend = shown(Cause("gift", Reason.RETRIES_EXHAUSTED, "ConnectError", None, gifts=1)).mend
    assert mend is not None
    assert mend.carries == {"entity": "gift", "reason": "retries_exhausted", "detail": "ConnectError"}
    mend = shown(Cause("donor", Reason.RETRIES_EXHAUSTED, None, None, gifts=1)).mend
    assert mend is not None and "detail" not in mend.carries


def test_donors_for_whom_no_gift_waits_are_counted_themselves() -> None:
    view = shown(Cause("donor", Reason.CONTACT_ARCHIVED, None, 7, donors=1))
    assert (view.gifts, view.amount, view.gifts_url) == ("1 donor", "", "/console/gifts?donor=7")


def test_what_stays_by_rule_has_no_button() -> None:
    assert mend_of(Reason.TEST_MODE, None, 7) is None
    assert mend_of(None, None, 7) is None


@pytest.mark.parametrize(
    "mend",
    [
        Mend("/console/needs-you/project", ""),
        Mend("/console/needs-you/retry", ""),
        Mend("/console/gifts/7/retry", ""),
        Mend("/console/donors/7/name", ""),
        forget_key(7, "1"),
        resume_campaign(7),
    ],
    ids=lambda mend: mend.action,
)
def test_a_button_asks_for_what_its_operation_asks_for(mend: Mend) -> None:
    routes = (*gift_routes, *gifts_routes, *needs_routes, *donors_routes)
    fits = [
        route.permission
        for route in routes
        if route.method == "POST" and re.fullmatch(re.sub(r"{[^}]*}", "[0-9]+", route.path), mend.action)
    ]
    assert fits == [mend.permission]
