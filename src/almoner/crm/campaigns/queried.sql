-- What queries look through: see crm/queried.sql.

CREATE VIEW crm_code.queried_campaign AS SELECT * FROM crm.campaign WHERE organization_id = platform.tenant();

CREATE VIEW crm_code.queried_campaign_part AS SELECT * FROM crm.campaign_part WHERE organization_id = platform.tenant();

CREATE VIEW crm_code.queried_campaign_reach AS SELECT * FROM crm.campaign_reach WHERE organization_id = platform.tenant();

CREATE VIEW crm_code.queried_communication AS SELECT * FROM crm.communication WHERE organization_id = platform.tenant();

CREATE VIEW crm_code.queried_segment AS SELECT * FROM crm.segment WHERE organization_id = platform.tenant();
