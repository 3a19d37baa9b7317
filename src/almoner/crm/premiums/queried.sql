-- What queries look through: see crm/queried.sql.

CREATE VIEW crm_code.queried_premium AS SELECT * FROM crm.premium WHERE organization_id = platform.tenant();

CREATE VIEW crm_code.queried_gift_premium AS SELECT * FROM crm.gift_premium WHERE organization_id = platform.tenant();
