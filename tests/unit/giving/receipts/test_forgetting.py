"""Why receipts were voided without anybody asking, as the program says it and as an erasure knows it."""

from __future__ import annotations

import re
from pathlib import Path

from almoner.giving import receipts
from almoner.giving.receipts.rules import OF_ITSELF


def test_an_erasure_knows_every_reason_that_the_program_writes() -> None:
    """One that it did not know would become "Erased", and the receipt would not be written again once the gift counts again."""
    sql = (Path(receipts.__file__).parent / "forget.sql").read_text()
    (known,) = re.findall(r"v_of_itself CONSTANT text\[\] := ARRAY\[(.*?)\]", sql, re.DOTALL)
    assert set(re.findall(r"'([^']*)'", known)) == OF_ITSELF
