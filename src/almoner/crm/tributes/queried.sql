-- What queries look through: see crm/queried.sql.

CREATE VIEW crm_code.queried_tribute AS SELECT * FROM crm.tribute WHERE organization_id = platform.tenant();

CREATE VIEW crm_code.queried_gift_tribute AS SELECT * FROM crm.gift_tribute WHERE organization_id = platform.tenant();
