-- older programs may run on this
--
-- Donors are found by the start of their last name or of their organization's, in whatever collation the database has.

CREATE INDEX donor_name ON giving.donor (organization_id, lower(coalesce(organization_name, last_name)) text_pattern_ops);
