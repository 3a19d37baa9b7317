-- What queries of giving look through (catalog.py of each feature), as crm/queried.sql has it for the CRM: tables as they are, of the
-- transaction's organization alone, read as their owner, so that indexes of lower(..) and of words serve.

-- What is kept of a gift is less by what went back, not by what is only asked back.
CREATE VIEW giving_code.queried_gift AS SELECT *, amount_minor - reversed_minor + reserved_minor AS kept_minor
FROM giving.gift WHERE organization_id = platform.tenant();

CREATE VIEW giving_code.queried_donor AS SELECT * FROM giving.donor WHERE organization_id = platform.tenant();

CREATE VIEW giving_code.queried_campaign AS SELECT * FROM giving.campaign WHERE organization_id = platform.tenant();

CREATE VIEW giving_code.queried_project AS SELECT * FROM giving.project WHERE organization_id = platform.tenant();

CREATE VIEW giving_code.queried_gift_detail AS SELECT * FROM giving.gift_detail WHERE organization_id = platform.tenant();

CREATE VIEW giving_code.queried_donor_contact_method AS SELECT * FROM giving.donor_contact_method WHERE organization_id = platform.tenant();

CREATE VIEW giving_code.queried_segment AS SELECT * FROM giving.segment WHERE organization_id = platform.tenant();

CREATE VIEW giving_code.queried_tally AS SELECT * FROM giving.tally WHERE organization_id = platform.tenant();
