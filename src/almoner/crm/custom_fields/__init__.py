"""Fields that an organization adds to kinds of records, and the values that records have in them (docs/decisions/0030).

What holds of such fields in every product is in `kernel/custom_fields.py` and `platform/custom_fields` (docs/decisions/0043).

A record gets them by a column `custom_values jsonb NOT NULL DEFAULT '{}'` (with its right to UPDATE), and in its feature by

- `custom_fields: CustomFields | None = None` in the body (`requests`);
- `fields = await fields_of(tx, "Premium")` and `row["custom_values"] = fields.written(said["custom_fields"], errors)` where it is checked
  (`values`); of a replacement with `was=`, of a change of some with `was=, keeps=True`;
- `crm_code.told_custom_fields(p.organization_id, p.custom_values) AS told_custom_values` in its read, or in `Records(.., told=TOLD)`;
- `custom_fields=told_list(row["told_custom_values"])` in its view, or `told_object(..)` where the original has an object (`views`);
- `GET /api/Premium/CustomFields`, which answers `await service.list_fields(tx, "Premium")`;
- `more=await parameters_of(tx, "Premium", "p.custom_values")` for its queries and options (`catalog`).
"""
