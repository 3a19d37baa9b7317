-- older programs may run on this
--
-- Versions as in giving. Beside its own, a record that came from a source keeps the version of the source's record it shows.
--
-- squawk-ignore-file ban-drop-default
-- Defaults are for the rows that are there: all came as version 1.

ALTER TABLE crm.event ADD COLUMN version int NOT NULL DEFAULT 1;
ALTER TABLE crm.contact ADD COLUMN version int NOT NULL DEFAULT 1;
ALTER TABLE crm.project ADD COLUMN version int NOT NULL DEFAULT 1;
ALTER TABLE crm.contact_note ADD COLUMN version int NOT NULL DEFAULT 1;

-- What the source last said of the contact: a later word of it changes what it says otherwise than before, and leaves alone
-- what was edited here. NULL: what the contact says, which was made of it and has not changed; so it is with all contacts that
-- are here, for nothing edited one. Empty: nobody remembers, so only what is empty is filled in; so it is where several mean one.
ALTER TABLE crm.contact_reference ADD COLUMN version int NOT NULL DEFAULT 1, ADD COLUMN said jsonb;
UPDATE crm.contact_reference k SET said = '{}' WHERE EXISTS (SELECT FROM crm.contact_reference o
    WHERE o.organization_id = k.organization_id AND o.contact_id = k.contact_id
        AND (o.source, o.reference_id) <> (k.source, k.reference_id));

ALTER TABLE crm.gift ADD COLUMN source_version int DEFAULT 1;
ALTER TABLE crm.gift ALTER COLUMN source_version DROP DEFAULT;

-- A reversing gift takes back all of another, or a part: its amounts are negative. No foreign key: every gift would pay for
-- its check, and gifts are never deleted.
ALTER TABLE crm.gift ADD COLUMN reverses_id bigint;
CREATE INDEX gift_reverses ON crm.gift (organization_id, reverses_id) WHERE reverses_id IS NOT NULL;
