-- Fields that organizations add to their donors: docs/decisions/0043.
--
-- Programs before this one must not start on it: they would merge donors and replace them without what stands in these fields.

CREATE SEQUENCE giving.custom_field_id_seq;
CREATE TABLE giving.custom_field (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.custom_field_id_seq'),
    name text NOT NULL,
    display_name text NOT NULL,
    data_type text NOT NULL,
    options text[] NOT NULL,
    former_options text[] NOT NULL DEFAULT '{}',
    is_required boolean NOT NULL,
    is_archived boolean NOT NULL,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    version int NOT NULL DEFAULT 1,
    PRIMARY KEY (organization_id, id)
);
ALTER SEQUENCE giving.custom_field_id_seq OWNED BY giving.custom_field.id;
SELECT platform.protect_table('giving.custom_field',
    'SELECT, INSERT, UPDATE (display_name, options, former_options, is_required, is_archived, version, modified_at)');
GRANT USAGE ON SEQUENCE giving.custom_field_id_seq TO almoner_app;

-- What a donor has in them, from the ids of fields to values.
ALTER TABLE giving.donor ADD COLUMN custom_values jsonb NOT NULL DEFAULT '{}';
GRANT UPDATE (custom_values) ON giving.donor TO almoner_app;

-- What a merge filled in of the survivor, likewise: it goes again when the merge is undone.
ALTER TABLE giving.donor_merge ADD COLUMN filled_values jsonb NOT NULL DEFAULT '{}';
