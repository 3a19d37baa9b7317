-- older programs may run on this
--
-- Sums of money have no greatest: docs/decisions/0020. What is kept stays as it is: a gift that a sum had no room for was refused, whole.
-- The doctor of a program before this one cannot compare contacts; all else goes on.
--
-- squawk-ignore-file changing-column-type, ban-drop-view
-- The tables are made anew in one go, and are small: the largest has a row for each contact, currency and year. The view comes back at once.

DROP VIEW crm.project_total;
ALTER TABLE crm.project_giving ALTER COLUMN given_minor TYPE numeric;
ALTER TABLE crm.contact_giving ALTER COLUMN given_minor TYPE numeric;
ALTER TABLE crm.tally ALTER COLUMN given_minor TYPE numeric;

-- The old name again, as it was made in 20261127-1102.
CREATE VIEW crm.project_total WITH (security_invoker = true) AS
SELECT organization_id, project_id, currency, slot, given_minor, gift_count FROM crm.project_giving WHERE year = 0;
GRANT SELECT, INSERT, UPDATE, DELETE ON crm.project_total TO almoner_app;
