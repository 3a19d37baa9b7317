-- Fields that organizations add to their records: docs/decisions/0030.
--
-- Programs before this one must not start on it: they would change projects with values they do not know.

CREATE SEQUENCE crm.custom_field_id_seq;
CREATE TABLE crm.custom_field (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.custom_field_id_seq'),
    record_type text NOT NULL,
    name text NOT NULL,
    display_name text NOT NULL,
    data_type text NOT NULL,
    options text[] NOT NULL,
    is_required boolean NOT NULL,
    is_archived boolean NOT NULL,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    version int NOT NULL DEFAULT 1,
    PRIMARY KEY (organization_id, id)
);
SELECT platform.protect_table('crm.custom_field',
    'SELECT, INSERT, UPDATE (display_name, options, is_required, is_archived, version, modified_at)');
GRANT USAGE ON SEQUENCE crm.custom_field_id_seq TO almoner_app;

-- What a record has in them, from the ids of fields to values.
ALTER TABLE crm.project ADD COLUMN custom_values jsonb NOT NULL DEFAULT '{}';
GRANT UPDATE (custom_values) ON crm.project TO almoner_app;
ALTER TABLE crm.gift ADD COLUMN custom_values jsonb NOT NULL DEFAULT '{}';
GRANT UPDATE (custom_values) ON crm.gift TO almoner_app;
