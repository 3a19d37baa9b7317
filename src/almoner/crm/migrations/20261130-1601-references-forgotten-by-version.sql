-- A link that was a mistake is taken back by version: what was said up to `forgotten_version` names nobody any more, and what was read
-- before that and comes late is refused. The row stays until the source says more, so that who writes it at the same moment meets it.
--
-- No older program runs on this: it would take a forgotten reference for one that stands.

ALTER TABLE crm.contact_reference ADD COLUMN forgotten_version int;
GRANT UPDATE (forgotten_version) ON crm.contact_reference TO almoner_app;
REVOKE DELETE ON crm.contact_reference FROM almoner_app;
