-- What contacts gave, and givers and years of projects, are kept, not counted: docs/decisions/0011.
-- The version without default keeps calls of the function before this one out, as in giving.
--
-- squawk-ignore-file ban-drop-default, renaming-table, renaming-object, ban-drop-constraint
-- squawk-ignore-file constraint-missing-not-valid, adding-serial-primary-key-field
-- A view keeps the old name of the table, which is small; older writers are meant to be kept out.

ALTER TABLE crm.gift ADD COLUMN version int NOT NULL DEFAULT 1;
ALTER TABLE crm.gift ALTER COLUMN version DROP DEFAULT;

-- The newest gift of a contact is the end of this index.
DROP INDEX crm.gift_contact;
CREATE INDEX gift_contact ON crm.gift (organization_id, contact_id, gift_on, id);

-- What a contact gave, by currency and by the calendar year of the gifts' days. Its row in crm.contact is locked by who
-- writes a gift of it, so this row adds no waiting.
CREATE TABLE crm.contact_giving (
    organization_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    currency text NOT NULL,
    year smallint NOT NULL,
    gift_count bigint NOT NULL,
    given_minor bigint NOT NULL,
    PRIMARY KEY (organization_id, contact_id, currency, year)
) WITH (fillfactor = 80);

-- What was given to a project's whole subtree: in all (year 0) and in each year. A giver counts once.
ALTER TABLE crm.project_total RENAME TO project_giving;
ALTER TABLE crm.project_giving RENAME CONSTRAINT project_total_organization_id_project_id_fkey
    TO project_giving_organization_id_project_id_fkey;
ALTER TABLE crm.project_giving ADD COLUMN year smallint NOT NULL DEFAULT 0, ADD COLUMN giver_count bigint NOT NULL DEFAULT 0;
ALTER TABLE crm.project_giving ALTER COLUMN year DROP DEFAULT, ALTER COLUMN giver_count DROP DEFAULT;
ALTER TABLE crm.project_giving DROP CONSTRAINT project_total_pkey;
ALTER TABLE crm.project_giving ADD PRIMARY KEY (organization_id, project_id, currency, year, slot);

-- All gifts by currency. Slots as in crm.project_giving.
CREATE TABLE crm.tally (
    organization_id bigint NOT NULL,
    currency text NOT NULL,
    slot smallint NOT NULL,
    gift_count bigint NOT NULL,
    given_minor bigint NOT NULL,
    PRIMARY KEY (organization_id, currency, slot)
) WITH (fillfactor = 20);

INSERT INTO crm.contact_giving (organization_id, contact_id, currency, year, gift_count, given_minor)
SELECT organization_id, contact_id, currency, extract(year FROM gift_on), count(*), sum(amount_minor)
FROM crm.gift GROUP BY organization_id, contact_id, currency, extract(year FROM gift_on);

INSERT INTO crm.tally (organization_id, currency, slot, gift_count, given_minor)
SELECT organization_id, currency, 0, count(*), sum(amount_minor) FROM crm.gift GROUP BY organization_id, currency;

DELETE FROM crm.project_giving;
INSERT INTO crm.project_giving (organization_id, project_id, currency, year, slot, given_minor, gift_count, giver_count)
SELECT g.organization_id, a.ancestor_id, g.currency, y.year, 0, sum(s.minor), count(DISTINCT g.id),
    count(DISTINCT g.contact_id)
FROM crm.gift g
CROSS JOIN LATERAL unnest(g.designation_project_ids, g.designation_minor) AS s (project_id, minor)
JOIN crm.project_ancestor a ON a.organization_id = g.organization_id AND a.project_id = s.project_id
CROSS JOIN LATERAL (VALUES (0), (extract(year FROM g.gift_on))) AS y (year)
GROUP BY g.organization_id, a.ancestor_id, g.currency, y.year;

-- The old name, for processes of the program before this one.
CREATE VIEW crm.project_total WITH (security_invoker = true) AS
SELECT organization_id, project_id, currency, slot, given_minor, gift_count FROM crm.project_giving WHERE year = 0;

SELECT platform.protect('crm');
REVOKE UPDATE, DELETE ON crm.event FROM almoner_app;
