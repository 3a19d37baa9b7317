-- References as they are, of the transaction's organization alone: read as their owner, so that their key's index serves what is
-- compared by order too (crm/queried.sql says why).
CREATE VIEW crm_code.queried_reference AS SELECT * FROM crm.contact_reference WHERE organization_id = platform.tenant();
