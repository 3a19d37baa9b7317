"""`almoner events`: what the event logs can say."""

from __future__ import annotations

from almoner.cli.output import AsJson, out, print_json
from almoner.crm import contract as crm
from almoner.giving import contract as giving
from almoner.platform.events.kinds import table_of
from almoner.platform.events.schema import schema_of

LOGS = {"giving": giving.EVENTS, "crm": crm.EVENTS}


def command(as_json: AsJson = False) -> None:
    """List the kinds of events of each log; with `--json`, the JSON Schema of the record that each tells of."""
    if as_json:
        print_json(schema_of(LOGS))
        return
    for log, kinds in LOGS.items():
        out.print(f"## {log}\n\n{table_of(kinds)}", highlight=False, markup=False, soft_wrap=True)
