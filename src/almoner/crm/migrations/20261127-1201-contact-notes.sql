-- older programs may run on this

CREATE TABLE crm.contact_note (
    organization_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    contact_id bigint NOT NULL,
    type text NOT NULL,
    note text NOT NULL,
    noted_on date NOT NULL,
    important boolean NOT NULL,
    is_private boolean NOT NULL,
    time_spent int,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES crm.contact
);
CREATE INDEX contact_note_contact ON crm.contact_note (organization_id, contact_id, id);
SELECT platform.protect_table('crm.contact_note');
