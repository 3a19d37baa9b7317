"""What the demo shows: a picture of both sides for terminals, one line at a time for everything else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from almoner.demo.agreement import Difference
from almoner.demo.ledger import Given, Ledger, Totals, percentile
from almoner.kernel.money import format_amount
from almoner.sync.rules import REASON_NAMES, Reason

STYLES = {"synced": "green", "pending": "yellow", "withheld": "magenta", "failed": "bold red"}
MARKS = {"synced": "●", "pending": "◌", "withheld": "◍", "failed": "✖"}
CURRENCIES = ("USD", "EUR")
"""What the story is told in; gifts of others show up below them."""
WIDTH_MAX = 104
WIDE = 100
LAST_GIFTS = 12
NOTES = 3
SPARKS = "▁▂▃▄▅▆▇█"
SPARK_WIDTH = 16


def picture(ledger: Ledger, facts: Mapping[str, str], console: Console) -> RenderableType:
    """The whole live view, made to fit `console`: with as many of the last gifts as there are rows for, and `facts` below it."""
    width = min(console.width, WIDTH_MAX)
    above, below = [_progress(ledger), _states(ledger), _lags(ledger)], [_sides(ledger)]
    story, foot = _story(ledger), standing(facts)
    free = console.height - 1 - 2 - _height(console, foot, console.width)
    free -= _height(console, Group(*above, *below, story), width - 4)
    airy = free > LAST_GIFTS + 3
    gap = [Text("")] if airy else []
    last = _last(ledger, max(1, min(LAST_GIFTS, free - 3 * airy)), is_wide=width >= WIDE)
    return Group(
        Panel(
            Group(*above, *gap, *below, *gap, last, *gap, story),
            title=f"[bold]almoner demo[/] · {ledger.title}",
            box=box.ROUNDED,
            width=width,
            border_style="cyan",
        ),
        foot,
    )


def standing(facts: Mapping[str, str]) -> RenderableType:
    """What stands under the picture from the first gift on. An address that is broken at the edge can still be clicked."""
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim", no_wrap=True)
    rows.add_column(overflow="fold")
    for name, value in facts.items():
        rows.add_row(name, Text(value, style=f"link {value}" if "://" in value else ""))
    return rows


def _height(console: Console, content: RenderableType, width: int) -> int:
    return len(console.render_lines(content, console.options.update_width(max(1, width))))


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
    table.add_column(ratio=1, style="dim")
    states, healed = ledger.states(), ledger.healed()
    table.add_row(*_state("synced", states), f"{healed} of them waited for you" if healed else "")
    # Two rows from the start, for the two reasons of the story: what stands below does not move.
    for state, least in (("withheld", 2), ("failed", 1), ("pending", 1)):
        reasons = _reasons(ledger, state)
        reasons += [""] * (least - len(reasons))
        table.add_row(*_state(state, states), "\n".join(reasons))
    table.add_row("⊘ declined", f"{ledger.declined:,}", "cards were refused, and no gift was made")
    return table


def _state(state: str, states: Counter[str]) -> tuple[Text, Text]:
    style = STYLES[state] if states[state] else "dim"
    return Text(f"{MARKS[state]} {state}", style=style), Text(f"{states[state]:,}", style=style)


def _reasons(ledger: Ledger, state: str) -> list[str]:
    found = ledger.reasons(state).most_common()
    digits = max((len(f"{count:,}") for _, count in found), default=0)
    return [f"{count:>{digits},}: {REASON_NAMES[Reason(reason)]}" for reason, count in found]


def _lags(ledger: Ledger) -> RenderableType:
    """From give to CRM: of gifts that went directly, and apart from them of those that waited for somebody to mend a cause."""
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="cyan")
    lags, waits = ledger.lags(), ledger.waits()
    table.add_row("lag, direct", _shares(lags) if lags else "", sparkline(lags))
    table.add_row("lag, waited for you", _shares(waits) if waits else "")
    return table


def _shares(lags: list[float]) -> str:
    return f"half within {_duration(percentile(lags, 0.5))}, 99 % within {_duration(percentile(lags, 0.99))}"


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms" if seconds < 1 else f"{seconds:,.1f} s"


def sparkline(values: Sequence[float], width: int = SPARK_WIDTH) -> str:
    """The newest values as small bars, each the greatest of its share of the last `4 * width` values."""
    newest = list(values)[-4 * width :]
    step = max(1, -(-len(newest) // width))
    peaks = [max(newest[at : at + step]) for at in range(0, len(newest), step)]
    top = max(peaks, default=0.0) or 1.0
    return "".join(SPARKS[min(len(SPARKS) - 1, int(peak / top * len(SPARKS)))] for peak in peaks)


def _sides(ledger: Ledger) -> RenderableType:
    """Each side in a column, each currency in a row, so that none is lost in a narrow window."""
    expected, crm = ledger.expected_totals, ledger.crm_totals
    sides = {
        "in giving": (ledger.giving_totals, ""),
        "withheld": (ledger.withheld_totals, "magenta"),
        "for the CRM": (expected, ""),
        "in the CRM": (crm, "bold"),
        "on the way": (apart := _apart(expected, crm), "yellow" if _sum(apart) else "bold green"),
    }
    table = Table(box=None, expand=True, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", no_wrap=True)
    for name, (_, style) in sides.items():
        table.add_column(name, justify="right", style=style, overflow="fold")
    table.add_row("gifts", *(f"{sum(gifts for gifts, _ in side.values()):,}" for side, _ in sides.values()))
    for currency in _currencies(ledger):
        table.add_row(
            currency,
            *(_amount(side, currency).removeprefix(f"{currency} ") for side, _ in sides.values()),
        )
    return table


def _currencies(ledger: Ledger) -> list[str]:
    return [*CURRENCIES, *sorted({*ledger.giving_totals, *ledger.crm_totals} - {*CURRENCIES})]


def _amount(totals: Totals, currency: str) -> str:
    return format_amount(totals.get(currency, (0, 0))[1], currency)


def _sum(totals: Totals) -> int:
    return sum(minor for _, minor in totals.values())


def _apart(expected: Totals, found: Totals) -> Totals:
    """What has yet to reach the CRM. A gift can be there before its giver has the answer: that is no debt."""
    apart: Totals = {}
    for currency, (gifts, minor) in expected.items():
        seen_gifts, seen_minor = found.get(currency, (0, 0))
        apart[currency] = (max(0, gifts - seen_gifts), max(0, minor - seen_minor))
    return apart


def _last(ledger: Ledger, count: int, *, is_wide: bool) -> RenderableType:
    table = Table.grid(expand=True, padding=(0, 1))
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(no_wrap=True)
    for gift in sorted(ledger.given, key=lambda gift: -gift.gift_id)[:count]:
        table.add_row(*_gift(gift, is_wide=is_wide))
    for _ in range(count - len(ledger.given)):
        table.add_row("")
    return table


def _gift(gift: Given, *, is_wide: bool) -> list[RenderableType]:
    attempt = gift.attempt
    giver = "(anonymous)" if attempt.is_anonymous else attempt.giver
    arrived = f" as {gift.crm_id}" if is_wide and gift.crm_id is not None else ""
    return [
        str(gift.gift_id),
        giver,
        format_amount(attempt.minor, attempt.currency),
        _codes([code for code, _ in attempt.parts], 2 if is_wide else 1),
        Text(f"{MARKS[gift.state]} {gift.state}{arrived}", style=STYLES[gift.state]),
    ]


def _codes(codes: Sequence[str], most: int) -> str:
    more = f" +{len(codes) - most}" if len(codes) > most else ""
    return " + ".join(codes[:most]) + more


def _story(ledger: Ledger) -> RenderableType:
    notes = [Text(f"▸ {note}", style="italic") for note in ledger.notes[-NOTES:]]
    return Group(*notes, *(Text("") for _ in range(NOTES - len(notes))))


def line(ledger: Ledger) -> str:
    """The same in one line, for logs and pipes."""
    waits = ledger.waits()
    waited = f"; waited for you: {len(waits)} gifts, {_shares(waits)}" if waits else ""
    apart = _apart(ledger.expected_totals, ledger.crm_totals)
    return (
        f"{len(ledger.given)}/{ledger.planned} given, {_counted(ledger.states())}, {ledger.declined} declined; "
        f"direct: {_shares(ledger.lags())}{waited}; "
        f"in the CRM {_amounts(ledger, ledger.crm_totals)}, on the way {_amounts(ledger, apart)}; "
        f"{len(ledger.given) / ledger.seconds:.0f}/s"
    )


def _counted(states: Counter[str]) -> str:
    return ", ".join(f"{states[state]} {state}" for state in ("synced", "withheld", "failed", "pending"))


def _amounts(ledger: Ledger, totals: Totals) -> str:
    return " + ".join(_amount(totals, currency) for currency in _currencies(ledger))


def hum_line(ledger: Ledger, width: int) -> str:
    """One line about the trickle: the organization's whole figures, and who gave last where there is room for it."""
    whole = whole_line(ledger)
    with_giver = f"{whole}; last by {ledger.given[-1].attempt.giver}"
    return with_giver if len(with_giver) <= width else whole


def whole_line(ledger: Ledger) -> str:
    """How many gifts the organization has, and in which states they are, whoever gave them."""
    whole = ledger.whole()
    return f"{whole.total()} given, {_counted(whole)}"


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
