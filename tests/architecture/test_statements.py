"""Every named statement is asked for by the code beside it."""

from __future__ import annotations

import re

from almoner.platform.database.files import PACKAGE
from tests.architecture.sql import statements

SHARED = {
    "crm/commitments/records.py": {
        *(f"crm/{folder}/store.sql" for folder in ("gift_asks", "grants", "planned_gifts", "pledges"))
    },
    "platform/custom_fields/records.py": {
        f"{product}/custom_fields/store.sql" for product in ("crm", "giving")
    },
}
"""Modules that are handed the statements of other folders, each with their files."""


def test_every_statement_is_asked_for() -> None:
    """One that nothing asks for is read, prepared for and kept up for nothing."""
    unused = []
    for one in statements():
        file = one.path.relative_to(PACKAGE).as_posix()
        askers = [*one.path.parent.rglob("*.py"), *(PACKAGE / by for by, of in SHARED.items() if file in of)]
        name = one.name.rpartition(".")[2].rpartition("/")[2]
        if not any(re.search(rf"\.{name}\b", path.read_text()) for path in askers):
            unused.append(one.at("nothing asks for it"))
    assert unused == []
