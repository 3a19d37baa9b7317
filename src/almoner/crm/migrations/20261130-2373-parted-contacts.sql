-- older programs may run on this
--
-- The contact that went into another because a source said that the giver of this reference is another one: it is itself again when the
-- source says so (docs/decisions/0040-donors-whole.md).

ALTER TABLE crm.contact_reference ADD COLUMN merged_contact_id bigint;
GRANT UPDATE (merged_contact_id) ON crm.contact_reference TO almoner_app;
