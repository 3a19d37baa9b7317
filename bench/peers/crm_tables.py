"""Tables of a schema of their own for whoever writes the CRM's gifts without its program: as constrained and indexed, and as protected by nothing else."""

from __future__ import annotations

TABLES = ("gift", "designation", "contact_giving", "project_giving", "tally", "designation_tally", "event")

_TABLE = "CREATE TABLE hand.{0} (LIKE crm.{0} INCLUDING ALL);"
_KEYS = """
ALTER TABLE hand.gift ADD FOREIGN KEY (organization_id, contact_id) REFERENCES crm.contact;
ALTER TABLE hand.designation ADD FOREIGN KEY (organization_id, project_id) REFERENCES crm.project;
ALTER TABLE hand.project_giving ADD FOREIGN KEY (organization_id, project_id) REFERENCES crm.project;
GRANT USAGE ON SCHEMA hand TO almoner_app;
GRANT ALL ON ALL TABLES IN SCHEMA hand TO almoner_app;
"""

MADE = "\n".join(("CREATE SCHEMA hand;", *map(_TABLE.format, TABLES), _KEYS))
"""Makes them. Columns, checks, indexes and keys are those of the product; projects are looked up by keys of the parts, and there are no triggers
and no row-level security."""
