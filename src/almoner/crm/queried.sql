-- What queries look through (catalog.py of each feature): tables as they are, of the transaction's organization alone.
--
-- These views read as their owner. Under the tables' own policies an index of lower(..) or a prefix cannot be used, for those
-- operators might tell of rows that a policy hides; here the same restriction stands in the view, and the statements are ours alone.

CREATE VIEW crm_code.queried_gift AS SELECT * FROM crm.gift WHERE organization_id = platform.tenant();

CREATE VIEW crm_code.queried_designation AS SELECT * FROM crm.designation WHERE organization_id = platform.tenant();

CREATE VIEW crm_code.queried_contact AS SELECT * FROM crm.contact WHERE organization_id = platform.tenant();

CREATE VIEW crm_code.queried_individual AS SELECT * FROM crm.contact_individual WHERE organization_id = platform.tenant();

CREATE VIEW crm_code.queried_project AS SELECT * FROM crm.project WHERE organization_id = platform.tenant();
