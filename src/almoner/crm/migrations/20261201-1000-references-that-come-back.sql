-- older programs may run on this
--
-- The contacts that a reference went along with when they were merged, the last one last: it comes back with whichever is itself again
-- (docs/decisions/0040-donors-whole.md).

ALTER TABLE crm.contact_reference ADD COLUMN came_from_ids bigint[] NOT NULL DEFAULT '{}';
GRANT UPDATE (came_from_ids) ON crm.contact_reference TO almoner_app;
