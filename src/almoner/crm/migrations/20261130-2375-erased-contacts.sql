-- older programs may run on this
--
-- The version in which a source said that this giver is to be forgotten (docs/decisions/0040-donors-whole.md).

ALTER TABLE crm.contact_reference ADD COLUMN erased_version int;
GRANT UPDATE (erased_version) ON crm.contact_reference TO almoner_app;
