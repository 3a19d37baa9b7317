-- older programs may run on this
--
-- Several addresses, e-mail addresses and phone numbers of a donor (docs/decisions/0040-donors-whole.md). The donor's own columns mirror the
-- first of each kind; one that came with a gift stands there alone, until somebody adds, changes or removes one of its kind.

CREATE SEQUENCE giving.donor_contact_method_id_seq START WITH 4 INCREMENT BY 4;
CREATE TABLE giving.donor_contact_method (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.donor_contact_method_id_seq'),
    donor_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('email', 'phone')),
    type text NOT NULL,
    value text NOT NULL,
    email_key text,
    secondary_value text,
    country_code text,
    is_primary boolean NOT NULL DEFAULT false,
    is_opted_in boolean NOT NULL DEFAULT true,
    is_valid boolean NOT NULL DEFAULT true,
    is_bounced boolean NOT NULL DEFAULT false,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, donor_id) REFERENCES giving.donor,
    CHECK ((kind = 'email') = (email_key IS NOT NULL))
);
ALTER SEQUENCE giving.donor_contact_method_id_seq OWNED BY giving.donor_contact_method.id;
CREATE INDEX donor_contact_method_donor ON giving.donor_contact_method (organization_id, donor_id, kind);
CREATE UNIQUE INDEX donor_contact_method_mailbox ON giving.donor_contact_method (organization_id, email_key)
    WHERE email_key IS NOT NULL;
CREATE UNIQUE INDEX donor_contact_method_primary ON giving.donor_contact_method (organization_id, donor_id, kind)
    WHERE is_primary;
SELECT platform.protect_table('giving.donor_contact_method', 'SELECT, INSERT, DELETE, UPDATE (type, value, email_key, secondary_value,'
    || ' country_code, is_primary, is_opted_in, is_valid, is_bounced, version, modified_at, kind)');
GRANT USAGE ON SEQUENCE giving.donor_contact_method_id_seq TO almoner_app;

CREATE SEQUENCE giving.donor_address_id_seq START WITH 2 INCREMENT BY 2;
CREATE TABLE giving.donor_address (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.donor_address_id_seq'),
    donor_id bigint NOT NULL,
    type text NOT NULL,
    address1 text,
    address2 text,
    city text,
    state text,
    postal text,
    country text,
    is_primary boolean NOT NULL DEFAULT false,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, donor_id) REFERENCES giving.donor,
    CHECK (num_nonnulls(address1, address2, city, state, postal, country) > 0)
);
ALTER SEQUENCE giving.donor_address_id_seq OWNED BY giving.donor_address.id;
CREATE INDEX donor_address_donor ON giving.donor_address (organization_id, donor_id);
CREATE UNIQUE INDEX donor_address_primary ON giving.donor_address (organization_id, donor_id) WHERE is_primary;
SELECT platform.protect_table('giving.donor_address', 'SELECT, INSERT, DELETE, UPDATE (type, address1, address2, city, state, postal,'
    || ' country, is_primary, version, modified_at)');
GRANT USAGE ON SEQUENCE giving.donor_address_id_seq TO almoner_app;

-- Keys that a donor has in other systems than the CRM here, by integration.
ALTER TABLE giving.donor ADD COLUMN other_integrations text[] NOT NULL DEFAULT '{}';
ALTER TABLE giving.donor ADD COLUMN other_keys text[] NOT NULL DEFAULT '{}';
GRANT UPDATE (crm_second_key, other_integrations, other_keys) ON giving.donor TO almoner_app;
