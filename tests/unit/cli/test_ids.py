"""An id that no record can have is the caller's mistake, not the database's."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from almoner.main import app


@pytest.mark.parametrize("command", [["sync", "why", "gift"], ["sync", "retry", "gift"], ["key", "revoke"]])
@pytest.mark.parametrize("id_", ["0", "9999999999999999999999"])
def test_an_id_out_of_range_is_a_wrong_argument(command: list[str], id_: str) -> None:
    result = CliRunner().invoke(app, [*command, id_])
    assert result.exit_code == 2
    assert "database" not in result.output
