"""When both sides agree, and when that must not be said."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.console.gifts.rules import NOTHING, Amount, Balance, Sides, balances
from almoner.console.gifts.views import BalanceView, balance_views
from almoner.crm.gifts.service import WayTotals
from almoner.sync.rules import State
from almoner.sync.service import StateTotal

STATES = {
    State.SYNCED: {"USD": StateTotal(6, 600, 6, 600)},
    State.WITHHELD: {"USD": StateTotal(2, 200, 0, 0)},
    State.PENDING: {"USD": StateTotal(1, 100, 0, 0)},
    State.FAILED: {"USD": StateTotal(1, 100, 0, 0)},
}


def sides(**change: Any) -> Sides:
    """Ten gifts given: six in the CRM, two withheld, one waiting, one failed; `change` replaces parts."""
    parts: dict[str, Any] = {"giving": {"USD": (10, 1000)}, "crm": {"USD": (6, 600)}, "sync": STATES}
    parts |= {"has_unread": False}
    extra = change.pop("ways", {})
    parts |= change
    ways = {currency: WayTotals(found, (0, 0), (0, 0)) for currency, found in parts["crm"].items()}
    return Sides(**{**parts, "crm": ways | extra})


def shown(balance: Balance) -> BalanceView:
    """One currency as the page has it."""
    (view,) = balance_views([balance], "USD")
    return view


def test_a_whole_equation_agrees() -> None:
    (balance,) = balances(sides())
    assert balance.agrees
    assert balance.given == balance.in_crm + balance.withheld + balance.pending + balance.failed
    assert shown(balance).verdict == "Both sides agree to the cent. 1 gift on the way."


@pytest.mark.parametrize(
    "change",
    [
        {"giving": {"USD": (12, 1300)}},
        {"crm": {"USD": (4, 1)}},
        {"giving": {"USD": (3, 100)}, "crm": {"USD": (90, 7)}},
        {"giving": {}, "sync": {}},
    ],
)
def test_whatever_is_said_what_one_side_lacks_is_told(change: dict[str, Any]) -> None:
    (balance,) = balances(sides(**change))
    terms = (balance.withheld, balance.pending, balance.failed, balance.skipped, balance.unexplained)
    assert sum(terms, balance.crm) == balance.given + balance.earlier


def test_gifts_that_the_sync_has_not_seen_are_pending() -> None:
    (balance,) = balances(sides(giving={"USD": (12, 1300)}))
    assert balance.agrees and balance.pending == Amount(3, 400)


def test_a_cent_less_in_the_crm_is_told() -> None:
    (balance,) = balances(sides(crm={"USD": (6, 599)}))
    assert not balance.agrees and balance.unexplained == Amount(0, 1)
    assert "Both sides differ: $0.01 fewer in the CRM" in shown(balance).verdict


def test_a_gift_lost_in_the_crm_is_no_pending_gift() -> None:
    (balance,) = balances(sides(crm={"USD": (5, 500)}))
    assert not balance.agrees and balance.unexplained == Amount(1, 100)


def test_a_gift_lost_while_others_are_on_the_way_is_told_too() -> None:
    (balance,) = balances(sides(giving={"USD": (12, 1300)}, crm={"USD": (5, 500)}))
    assert balance.pending == Amount(3, 400) and balance.unexplained == Amount(1, 100)


def test_a_gift_that_the_sync_holds_and_giving_does_not_is_told() -> None:
    (balance,) = balances(sides(giving={"USD": (9, 900)}))
    assert balance.unexplained == Amount(-1, -100)


def test_a_gift_twice_in_the_crm_is_told() -> None:
    (balance,) = balances(sides(crm={"USD": (7, 700)}))
    assert not balance.agrees and "more in the CRM" in shown(balance).verdict


def test_the_sum_must_be_possible_for_the_number_of_gifts_on_the_way() -> None:
    (balance,) = balances(sides(giving={"USD": (12, 1001)}))
    assert not balance.agrees


def test_currencies_stand_apart() -> None:
    mixed = sides(
        giving={"USD": (10, 1000), "JPY": (2, 900)},
        crm={"USD": (6, 600), "JPY": (2, 900)},
        sync={**STATES, State.SYNCED: {"USD": StateTotal(6, 600, 6, 600), "JPY": StateTotal(2, 900, 2, 900)}},
    )
    assert [(balance.currency, balance.agrees) for balance in balances(mixed)] == [
        ("JPY", True),
        ("USD", True),
    ]


def test_the_organizations_own_currency_comes_first_and_the_others_are_compact() -> None:
    euro, dollar = balances(
        sides(
            giving={"EUR": (1, 100), "USD": (10, 1000)},
            crm={"EUR": (1, 100), "USD": (6, 600)},
            sync={
                **STATES,
                State.SYNCED: {"EUR": StateTotal(1, 100, 1, 100), "USD": StateTotal(6, 600, 6, 600)},
            },
        )
    )
    views = balance_views([euro, dollar], "USD")
    assert [(view.currency, view.is_base) for view in views] == [("USD", True), ("EUR", False)]


def test_each_figure_leads_to_its_gifts() -> None:
    (balance,) = balances(sides())
    view = shown(balance)
    assert [(part.name, part.url) for part in [view.given, *view.parts]] == [
        ("Given", "/console/gifts"),
        ("In the CRM", "/console/gifts?show=synced"),
        ("Stays in giving", "/console/gifts?show=withheld"),
        ("On its way", "/console/gifts?show=pending"),
        ("Needs attention", "/console/gifts?show=failed"),
    ]


def test_nothing_given_is_nothing_to_compare() -> None:
    assert balances(Sides({}, {}, {}, has_unread=False)) == []


def test_the_bar_never_passes_its_end() -> None:
    (balance,) = balances(sides())
    parts = shown(balance).parts
    assert sum(part.width for part in parts) <= 1000 and NOTHING not in (balance.in_crm, balance.withheld)


def test_a_change_on_its_way_counts_as_its_state_says_and_not_as_a_difference() -> None:
    """One of the six was raised from 1.00 to 1.50: the CRM has it as it was."""
    on_its_way = {
        **STATES,
        State.SYNCED: {"USD": StateTotal(5, 500, 5, 500)},
        State.PENDING: {"USD": StateTotal(2, 250, 1, 100)},
    }
    (balance,) = balances(sides(giving={"USD": (10, 1050)}, sync=on_its_way))
    assert balance.agrees and balance.pending == Amount(2, 250)
    assert (balance.in_crm, balance.earlier) == (Amount(5, 500), Amount(1, 100))
    assert shown(balance).crm == (
        "In the CRM in all: $6.00 = $5.00 as giving has it + $1.00 as it was before a change that is not there yet (1 gift)."
    )


def test_what_was_entered_and_taken_back_in_the_crm_is_explained() -> None:
    (balance,) = balances(sides(ways={"USD": WayTotals((6, 600), (2, 12_500), (1, -1_050))}))
    assert balance.agrees and balance.crm == Amount(8, 12_050)
    assert shown(balance).verdict == "Both sides agree to the cent. 1 gift on the way."
    assert shown(balance).crm == (
        "In the CRM in all: $120.50 = $6.00 as giving has it + $125.00 entered in the CRM (2 gifts)"
        " \N{MINUS SIGN} $10.50 taken back there (1 reversal)."
    )


def test_where_the_crm_has_what_came_and_no_more_nothing_is_said_of_it() -> None:
    assert shown(balances(sides())[0]).crm == ""


def test_what_the_crm_entered_hides_no_gift_that_it_lost() -> None:
    (balance,) = balances(sides(ways={"USD": WayTotals((5, 500), (1, 100), (0, 0))}))
    assert not balance.agrees and balance.unexplained == Amount(1, 100)


def test_a_gift_that_was_taken_back_there_and_corrected_counts_as_the_one_that_needs_somebody() -> None:
    """Of 1.00 the CRM took back 0.50, then giving said 0.40: the tile is the gift of the list, not a difference of no gifts."""
    stuck = {
        **STATES,
        State.SYNCED: {"USD": StateTotal(5, 500, 5, 500)},
        State.FAILED: {"USD": StateTotal(2, 140, 1, 100)},
    }
    (balance,) = balances(
        sides(giving={"USD": (10, 940)}, sync=stuck, ways={"USD": WayTotals((6, 600), (0, 0), (1, -50))})
    )
    assert balance.agrees and balance.failed == Amount(2, 140)


@pytest.mark.parametrize("has_unread", [True, False])
def test_a_change_that_the_sync_has_not_read_is_pending_only_while_there_is_something_to_read(
    has_unread: bool,
) -> None:
    (balance,) = balances(sides(giving={"USD": (10, 950)}, has_unread=has_unread))
    assert balance.agrees is has_unread
