"""What the demo shows in a terminal of 80 columns and 24 rows, in a large one, and in a line."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from almoner.demo.ledger import Given, Ledger, totals_of
from almoner.demo.scene import PERFORMED
from almoner.demo.stream import LATE_FUND, PAUSED_CAMPAIGN, Act, Attempt, Stream
from almoner.demo.view import hum_line, line, picture
from almoner.kernel.money import format_amount

LINK = "http://127.0.0.1:8700/console/sign-in?token=lnk_1_" + "a" * 43
FACTS = {"console": LINK, "data": "/tmp/almoner-demo-abcdefgh"}
REASONS = {
    "campaign_sync_off": "Campaign was paused",
    "test_mode": "Test gift",
}


def told(gifts: int = 300, *, failing: bool = True) -> Ledger:
    """A ledger as it stands when `gifts` gifts are given; of those that wait for their project, some still fail."""
    ledger = Ledger(300, "Larkspur Relief Fund (demo)", declined=13)
    accepted = [one for one in Stream().story(gifts) if isinstance(one, Attempt) and not one.is_declined]
    for number, one in enumerate(accepted, start=1):
        gift = Given(number, number, one, "synced", None, number, 3.4 if one.waits_for_fund else 0.004)
        if one.withheld is not None:
            gift.state, gift.reason, gift.crm_id, gift.lag = "withheld", one.withheld, None, None
        elif one.waits_for_fund and failing and number % 2:
            gift.state, gift.reason, gift.crm_id, gift.lag = "failed", "project_unknown", None, None
        ledger.given.append(gift)
    ledger.giving_totals = totals_of(ledger.given)
    ledger.crm_totals = totals_of(gift for gift in ledger.given if gift.state == "synced")
    ledger.notes = [PERFORMED[act] for act in (Act.PAUSE, Act.RESUME, Act.MAKE_FUND)]
    return ledger


def shown(ledger: Ledger, columns: int, rows: int) -> list[str]:
    """The lines of the picture on a terminal of that size."""
    console = Console(width=columns, height=rows, record=True, file=io.StringIO(), force_terminal=True)
    console.print(picture(ledger, FACTS, console))
    return console.export_text().splitlines()


SIZES = pytest.mark.parametrize(("columns", "rows"), [(80, 24), (140, 40)])


@SIZES
def test_the_picture_fits_the_terminal(columns: int, rows: int) -> None:
    lines = shown(told(), columns, rows)
    assert max(map(len, lines)) <= columns
    assert len(lines) < rows


@SIZES
def test_no_currency_is_lost(columns: int, rows: int) -> None:
    ledger = told()
    text = shown(ledger, columns, rows)
    for totals in (ledger.giving_totals, ledger.withheld_totals, ledger.expected_totals, ledger.crm_totals):
        for currency, (_, minor) in totals.items():
            (row,) = [line for line in text if line.strip("│ ").startswith(f"{currency} ")]
            assert format_amount(minor, currency).removeprefix(f"{currency} ") in row
    assert {"USD", "EUR"} == set(ledger.crm_totals)


def test_a_currency_that_the_story_does_not_know_has_its_row_too() -> None:
    ledger = told()
    ledger.giving_totals["GBP"] = (1, 2500)
    assert any(line.strip("│ ").startswith("GBP") and "25.00" in line for line in shown(ledger, 80, 24))


@SIZES
def test_no_word_is_cut_and_reasons_have_the_names_that_pages_give_them(columns: int, rows: int) -> None:
    text = "\n".join(shown(told(), columns, rows))
    assert "…" not in text
    for words in (*REASONS.values(), "Project not in the CRM"):
        assert words in text
    assert "_sync" not in text and "_unknown" not in text
    for act in (Act.PAUSE, Act.RESUME, Act.MAKE_FUND):
        assert PERFORMED[act] in text
    assert PAUSED_CAMPAIGN in text and LATE_FUND in text


def test_gifts_that_waited_for_somebody_stand_apart_in_the_lag() -> None:
    (direct,) = [line for line in shown(told(), 80, 24) if "lag, direct" in line]
    (waited,) = [line for line in shown(told(), 80, 24) if "lag, waited for you" in line]
    assert "99 % within 4 ms" in direct
    assert "99 % within 3.4 s" in waited


@SIZES
def test_link_and_folder_stand_under_the_picture(columns: int, rows: int) -> None:
    lines = shown(told(), columns, rows)
    below = "".join(line.removeprefix("console").strip() for line in lines[-3:])
    assert LINK in below
    assert FACTS["data"] in lines[-1]


def test_the_picture_of_nothing_is_as_high_as_that_of_the_end() -> None:
    empty = Ledger(300, "Larkspur Relief Fund (demo)")
    assert len(shown(empty, 80, 24)) == len(shown(told(failing=False), 80, 24))


def test_a_line_names_every_currency_and_both_kinds_of_lag() -> None:
    ledger = told()
    text = line(ledger)
    assert "300/300 given" in text
    for currency, (_, minor) in ledger.crm_totals.items():
        assert format_amount(minor, currency) in text.partition("in the CRM")[2]
    assert "direct: half within 4 ms" in text and "waited for you" in text


def test_the_last_line_counts_what_others_gave_and_what_of_it_failed() -> None:
    ledger = told(100, failing=False)
    states = ledger.states()
    ledger.sync_states = {**states, "failed": 1}
    ledger.giving_totals["USD"] = (ledger.giving_totals["USD"][0] + 1, ledger.giving_totals["USD"][1] + 1000)
    text = hum_line(ledger, 200)
    assert text.startswith(f"101 given, {states['synced']} synced, ") and " 1 failed" in text
    assert "last by" in text


def test_the_last_line_leaves_out_the_giver_rather_than_cut_a_word() -> None:
    ledger = told(100, failing=False)
    ledger.sync_states = dict(ledger.states())
    text = hum_line(ledger, 79)
    assert len(text) <= 79 and text.endswith("pending")
