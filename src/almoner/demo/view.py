"""What the demo shows: a picture of both sides for terminals, one line at a time for everything else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from almoner.demo.agreement import Difference
from almoner.demo.ledger import Given, Ledger, Totals, percentile
from almoner.kernel.money import format_amount

STYLES = {"synced": "green", "pending": "yellow", "withheld": "magenta", "failed": "bold red"}
MARKS = {"synced": "●", "pending": "◌", "withheld": "◍", "failed": "✖"}
CURRENCIES = ("USD", "EUR")
WIDTH_MAX = 100
LAST_GIFTS = 8
OTHER_ROWS = 20  # what the rest of the picture takes, and the line of the cursor
SPARKS = "▁▂▃▄▅▆▇█"
SPARK_WIDTH = 22


def picture(ledger: Ledger, *, rows: int = 40, columns: int = WIDTH_MAX) -> RenderableType:
    """The whole live view, at most 100 columns wide, with as many of the last gifts as fit into `rows`."""
    upper = Table.grid(expand=True)
    upper.add_column(ratio=1)
    upper.add_column(ratio=1)
    upper.add_row(
        _panel("What became of them", _states(ledger)),
        _panel("Both sides", _sides(ledger, CURRENCIES if columns >= WIDTH_MAX else CURRENCIES[:1])),
    )
    parts = [
        _progress(ledger),
        upper,
        _panel("Last gifts", _last(ledger, max(2, min(LAST_GIFTS, rows - OTHER_ROWS)))),
        _story(ledger),
    ]
    return Panel(
        Group(*parts),
        title=f"[bold]almoner demo[/] · {ledger.title}",
        box=box.ROUNDED,
        width=WIDTH_MAX,
        border_style="cyan",
    )


def _panel(title: str, content: RenderableType) -> Panel:
    return Panel(content, title=f"[bold]{title}[/]", title_align="left", box=box.ROUNDED, border_style="dim")


def _progress(ledger: Ledger) -> RenderableType:
    given = len(ledger.given)
    row = Table.grid(expand=True, padding=(0, 1))
    row.add_column(ratio=1)
    row.add_column(justify="right", no_wrap=True)
    row.add_column(justify="right", no_wrap=True)
    numbers = Text.assemble((f"{given:,}", "bold"), f" of {max(ledger.planned, given):,} gifts")
    row.add_row(
        ProgressBar(total=max(ledger.planned, given, 1), completed=given, complete_style="cyan"),
        numbers,
        Text(f"{given / ledger.seconds:,.0f}/s", style="bold cyan"),
    )
    return row


def _states(ledger: Ledger) -> RenderableType:
    table = Table.grid(expand=True, padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1, style="dim", overflow="ellipsis", no_wrap=True)
    states, lags, healed = ledger.states(), ledger.lags(), ledger.healed()
    table.add_row("given", Text(f"{len(ledger.given):,}", style="bold"), "")
    table.add_row(*_state("synced", states), f"{healed} of them failed first" if healed else "")
    held = [*_reasons(ledger, "withheld"), "", ""]
    table.add_row(*_state("withheld", states), held[0])
    table.add_row("", "", held[1])
    for state in ("failed", "pending"):
        table.add_row(*_state(state, states), ", ".join(_reasons(ledger, state)))
    table.add_row("⊘ declined", f"{ledger.declined:,}", "cards refused, no gift")
    table.add_row("lag p50", _milliseconds(lags, 0.5), "from give to CRM")
    table.add_row("lag p99", _milliseconds(lags, 0.99), Text(sparkline(lags), style="cyan"))
    return table


def _state(state: str, states: Counter[str]) -> tuple[Text, Text]:
    style = STYLES[state] if states[state] else "dim"
    return Text(f"{MARKS[state]} {state}", style=style), Text(f"{states[state]:,}", style=style)


def _reasons(ledger: Ledger, state: str) -> list[str]:
    return [f"{count} {reason}" for reason, count in ledger.reasons(state).most_common()]


def _milliseconds(lags: list[float], share: float) -> str:
    return f"{percentile(lags, share) * 1000:,.0f} ms"


def sparkline(values: Sequence[float], width: int = SPARK_WIDTH) -> str:
    """The newest values as small bars, each the greatest of its share of the last `4 * width` values."""
    newest = list(values)[-4 * width :]
    step = max(1, -(-len(newest) // width))
    peaks = [max(newest[at : at + step]) for at in range(0, len(newest), step)]
    top = max(peaks, default=0.0) or 1.0
    return "".join(SPARKS[min(len(SPARKS) - 1, int(peak / top * len(SPARKS)))] for peak in peaks)


def _sides(ledger: Ledger, currencies: Sequence[str]) -> RenderableType:
    table = Table(box=None, expand=True, padding=(0, 1), pad_edge=False, header_style="dim")
    table.add_column("", no_wrap=True)
    table.add_column("gifts", justify="right")
    for currency in currencies:
        table.add_column(currency, justify="right", no_wrap=True)
    expected, crm = ledger.expected_totals, ledger.crm_totals
    apart = _apart(expected, crm)
    style = "yellow" if any(minor for _, minor in apart.values()) else "bold green"
    table.add_row("")
    table.add_row("in giving", *_cells(ledger.giving_totals, currencies))
    table.add_row("withheld by rule", *_cells(ledger.withheld_totals, currencies), style="magenta")
    table.add_row("belongs in CRM", *_cells(expected, currencies))
    table.add_row("is in CRM", *_cells(crm, currencies), style="bold")
    table.add_row("")
    table.add_row("on the way", *_cells(apart, currencies), style=style)
    table.add_row("")
    return table


def _apart(expected: Totals, found: Totals) -> Totals:
    """What has yet to reach the CRM. A gift can be there before its giver has the answer: that is no debt."""
    apart: Totals = {}
    for currency, (gifts, minor) in expected.items():
        seen_gifts, seen_minor = found.get(currency, (0, 0))
        apart[currency] = (max(0, gifts - seen_gifts), max(0, minor - seen_minor))
    return apart


def _cells(totals: Totals, currencies: Sequence[str]) -> list[str]:
    sums = [format_amount(totals.get(code, (0, 0))[1], code).removeprefix(f"{code} ") for code in currencies]
    return [f"{sum(gifts for gifts, _ in totals.values()):,}", *sums]


def _last(ledger: Ledger, count: int) -> RenderableType:
    table = Table.grid(expand=True, padding=(0, 1))
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(ratio=3, no_wrap=True, overflow="ellipsis")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=5, style="dim", no_wrap=True, overflow="ellipsis")
    table.add_column(ratio=4, no_wrap=True, overflow="ellipsis")
    for gift in sorted(ledger.given, key=lambda gift: -gift.gift_id)[:count]:
        table.add_row(*_gift(gift))
    for _ in range(count - len(ledger.given)):
        table.add_row("")
    return table


def _gift(gift: Given) -> list[RenderableType]:
    attempt = gift.attempt
    giver = "(anonymous)" if attempt.is_anonymous else attempt.giver
    state = f"{MARKS[gift.state]} {gift.state}" + (
        f": {gift.reason}" if gift.reason else f" as {gift.crm_id}"
    )
    return [
        str(gift.gift_id),
        giver,
        format_amount(attempt.minor, attempt.currency),
        " + ".join(code for code, _ in attempt.parts),
        Text(state, style=STYLES[gift.state]),
    ]


def _story(ledger: Ledger) -> RenderableType:
    notes = [
        Text(f" ▸ {note}", style="italic", overflow="ellipsis", no_wrap=True) for note in ledger.notes[-3:]
    ]
    return Group(*notes, *(Text("") for _ in range(3 - len(notes))))


def line(ledger: Ledger) -> str:
    """The same in one line, for logs and pipes."""
    states, lags = ledger.states(), ledger.lags()
    held = ", ".join(f"{states[state]} {state}" for state in ("synced", "withheld", "failed", "pending"))
    lag = f"lag p50 {percentile(lags, 0.5) * 1000:.0f} ms p99 {percentile(lags, 0.99) * 1000:.0f} ms"
    (_, crm), (_, apart) = (
        totals.get("USD", (0, 0))
        for totals in (ledger.crm_totals, _apart(ledger.expected_totals, ledger.crm_totals))
    )
    return (
        f"{len(ledger.given)}/{ledger.planned} given, {held}, {ledger.declined} declined; {lag}; "
        f"in the CRM {format_amount(crm, 'USD')}, on the way {format_amount(apart, 'USD')}; "
        f"{len(ledger.given) / ledger.seconds:.0f}/s"
    )


def hum_line(ledger: Ledger) -> str:
    """One line about the trickle."""
    states = ledger.states()
    counted = ", ".join(f"{states[state]} {state}" for state in ("synced", "withheld", "failed", "pending"))
    return f"{len(ledger.given)} given, {counted}; last by {ledger.given[-1].attempt.giver}"


def verdict(ledger: Ledger, found: Sequence[Difference]) -> RenderableType:
    """The outcome in a sentence; when the sides differ, the table of differences."""
    if not found:
        looked = "Looked up again: each gift, its donor, its contact's total, each fund with those below it."
        return Group(
            Text(f"✔ Both sides agree to the cent: {_summary(ledger)}.", style="bold green"),
            Text(looked, style="dim"),
        )
    return Group(
        Text(f"✖ The sides differ in {len(found)} figures.", style="bold red"), _difference_table(found)
    )


def _summary(ledger: Ledger) -> str:
    expected = ledger.expected_totals
    sums = " and ".join(
        format_amount(expected[currency][1], currency) for currency in sorted(expected, reverse=True)
    )
    count = sum(gifts for gifts, _ in expected.values())
    donors = len({gift.donor_id for gift in ledger.given if gift.attempt.withheld is None})
    return f"{count:,} gifts of {donors:,} donors, {sums or 'nothing'}"


def _difference_table(found: Iterable[Difference]) -> Table:
    table = Table("what", "should be", "is", box=box.SIMPLE_HEAD)
    for one in found:
        table.add_row(one.what, one.expected, one.found)
    return table
