-- What queries look through, as crm/queried.sql has it.

CREATE VIEW crm_code.queried_recurring_gift AS SELECT * FROM crm.recurring_gift WHERE organization_id = platform.tenant();

CREATE VIEW crm_code.queried_pledge AS SELECT * FROM crm.pledge WHERE organization_id = platform.tenant();

CREATE VIEW crm_code.queried_gift_ask AS SELECT * FROM crm.gift_ask WHERE organization_id = platform.tenant();

CREATE VIEW crm_code.queried_planned_gift AS SELECT * FROM crm.planned_gift WHERE organization_id = platform.tenant();

CREATE VIEW crm_code.queried_grant_award AS SELECT * FROM crm.grant_award WHERE organization_id = platform.tenant();
