"""Receipts as PDF: from the facts of a gift to the file, beside the bare library and a script that a house would write with another one.

Each receipt is another one: name, number, amount and day differ, a tenth of the names are in Arabic or Chinese letters.
"""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import msgspec
import typst
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from almoner.giving.receipts.letters import Sayings, receipt_said
from almoner.giving.receipts.paper import PRESS
from almoner.giving.receipts.rules import Facts, Part, Person, number_text
from almoner.platform.pdf import FONTS

AIM = 100.0
"""Receipts a second on two cores."""
CORES = 2
OURS, ALONE, BARE, WORDS, PEER = (
    f"receipt to PDF, {CORES} threads",
    "receipt to PDF, one thread",
    "typst alone, one line of text",
    "words alone, no PDF",
    "reportlab, by hand",
)
SAYINGS = Sayings(
    name="Helping Hands", address="1 Main Street\nSpringfield", tax_id="12-3456789", signer_name="Eve Example"
)
AT = datetime(2026, 11, 30, tzinfo=UTC)
NAMES = ("محمد علي", "王小明", *("Ada", "Ben", "Cleo", "Dai", "Eli", "Fay", "Gus", "Hal") * 2, "Ida", "Jo")


def measure(count: int, chance: random.Random) -> list[dict[str, Any]]:
    """Rates of `count` receipts by us and of a tenth as many by the others, in a random order."""
    all_facts = [_facts(number, chance) for number in range(count)]
    few = all_facts[: max(1, count // 10)]
    layout = b'#set page(paper: "a4")\n#sys.inputs.text'
    bare = typst.Compiler(root=str(FONTS), font_paths=[str(FONTS)], ignore_system_fonts=True)
    font = TTFont("Noto", FONTS / "NotoSans-Regular.ttf")
    pdfmetrics.registerFont(font)
    variants: dict[str, tuple[Callable[[Facts], object], list[Facts], int]] = {
        OURS: (_ours, all_facts, CORES),
        ALONE: (_ours, few, 1),
        BARE: (partial(_bare, bare, layout), few, 1),
        WORDS: (_said, few, 1),
        PEER: (_by_hand, few, 1),
    }
    rows = {}
    for name in chance.sample(list(variants), len(variants)):
        work, facts, threads = variants[name]
        work(facts[0])
        rows[name] = _timed(name, work, facts, threads)
    return [rows[name] for name in variants]


def aims(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Whether receipts come quickly enough on two cores: by the clock, and by the processor time that two cores have."""
    ours = next(row for row in rows if row["variant"] == OURS)
    by_cores = ours["per_core"] * CORES
    return [
        {
            "aim": "receipts a second, by the clock",
            "wanted": AIM,
            "seen": ours["per_second"],
            "met": ours["per_second"] >= AIM,
        },
        {
            "aim": "receipts a second of two cores' time",
            "wanted": AIM,
            "seen": by_cores,
            "met": by_cores >= AIM,
        },
    ]


def _timed(name: str, work: Callable[[Facts], object], facts: list[Facts], threads: int) -> dict[str, Any]:
    began, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, facts, chunksize=16):
            pass
    took, used = time.perf_counter() - began, time.process_time() - cpu
    return {
        "variant": name,
        "receipts": len(facts),
        "per_second": round(len(facts) / took, 1),
        "per_core": round(len(facts) / used, 1),
    }


def _facts(number: int, chance: random.Random) -> Facts:
    name = f"{chance.choice(NAMES)} {number}"
    person = Person(
        id=number,
        email="a@example.org",
        name=name,
        title=None,
        first_name=name,
        last_name=None,
        address=("1 Main St", "10001 Town"),
    )
    parts = (
        Part(1, "General Fund", chance.randint(100, 99_999), True),
        Part(2, "Gala", chance.randint(100, 9_999), False),
    )
    currency = chance.choice(("USD", "EUR", "JPY"))
    return Facts(
        gift_id=number, donor=person, currency=currency, gift_on=date(2026, 1, 1) + timedelta(days=number % 300),
        received_at=AT, is_test_mode=False, is_imported=False, parts=parts, premium_minor=0, premium_currency=currency, former=None,
    )  # fmt: skip


def _said(facts: Facts) -> dict[str, Any]:
    return receipt_said(SAYINGS, facts, number_text(2026, facts.gift_id + 1), AT.date())[0]


def _ours(facts: Facts) -> bytes:
    stored = msgspec.json.encode(_said(facts))  # as it is kept, and read again when it is printed
    return PRESS.print_now(msgspec.json.decode(stored)["paper"], AT)


def _bare(compiler: Any, layout: bytes, facts: Facts) -> object:
    return compiler.compile(input=layout, format="pdf", sys_inputs={"text": facts.donor.name})


def _by_hand(facts: Facts) -> bytes:
    style, file = ParagraphStyle("plain", fontName="Noto"), io.BytesIO()
    total = f"{facts.amount_minor / 100:.2f} {facts.currency}"
    lines = (
        "Helping Hands",
        f"Receipt {facts.gift_id}",
        f"Dear {facts.donor.name},",
        "Thank you for your gift.",
    )
    table = Table([(part.project, f"{part.minor / 100:.2f}") for part in facts.parts])
    SimpleDocTemplate(file).build(
        [*(Paragraph(line, style) for line in lines), table, Paragraph(total, style)]
    )
    return file.getvalue()
