-- was: 0003_giving, 0004_give
--
-- The giving product: donors, campaigns, projects, gifts and its event log.
--
-- squawk-ignore-file ban-char-field
-- Currencies have three letters; later columns are text.

CREATE SCHEMA giving;

SELECT platform.create_event_log('giving');

CREATE SEQUENCE giving.donor_id_seq;
CREATE TABLE giving.donor (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.donor_id_seq'),
    email text,
    email_key text,
    source_system text,
    source_key text,
    title text,
    first_name text,
    middle_name text,
    last_name text,
    suffix text,
    is_organization boolean NOT NULL DEFAULT false,
    organization_name text,
    phone text,
    address1 text,
    address2 text,
    city text,
    state text,
    postal text,
    country text,
    notes text,
    crm_key text,
    crm_second_key text,
    is_test_mode boolean NOT NULL DEFAULT false,
    is_archived boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, email_key),
    UNIQUE (organization_id, source_system, source_key),
    CHECK ((email IS NULL) = (email_key IS NULL)),
    CHECK ((source_system IS NULL) = (source_key IS NULL)),
    CHECK (email_key IS NOT NULL OR source_key IS NOT NULL)
) WITH (fillfactor = 85);

CREATE SEQUENCE giving.campaign_id_seq;
CREATE TABLE giving.campaign (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.campaign_id_seq'),
    name text NOT NULL,
    description text,
    start_at timestamptz NOT NULL,
    end_at timestamptz,
    giving_goal_minor bigint,
    total_gift_goal bigint,
    can_sync boolean NOT NULL DEFAULT true,
    crm_key text,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    CHECK (end_at IS NULL OR end_at >= start_at)
);

-- Every change of canSync: who, when, why.
CREATE TABLE giving.campaign_sync_change (
    organization_id bigint NOT NULL,
    campaign_id bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    can_sync boolean NOT NULL,
    changed_by text NOT NULL,
    reason text,
    id bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (organization_id, campaign_id, id),
    FOREIGN KEY (organization_id, campaign_id) REFERENCES giving.campaign
);

CREATE SEQUENCE giving.project_id_seq;
CREATE TABLE giving.project (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.project_id_seq'),
    name text NOT NULL,
    code text NOT NULL,
    code_key text NOT NULL,
    description text,
    is_active boolean NOT NULL DEFAULT true,
    is_default boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, code_key)
);
CREATE UNIQUE INDEX project_default ON giving.project (organization_id) WHERE is_default;

-- A gift carries its split: two arrays that the CHECK holds equal to the amount (docs/decisions/0005).
CREATE SEQUENCE giving.gift_id_seq;
CREATE TABLE giving.gift (
    organization_id bigint NOT NULL,
    id bigint NOT NULL,
    donor_id bigint NOT NULL,
    campaign_id bigint,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency char(3) NOT NULL,
    project_ids bigint[] NOT NULL,
    project_minor bigint[] NOT NULL,
    status smallint NOT NULL DEFAULT 1,
    gift_on date NOT NULL,
    received_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    can_sync boolean NOT NULL,
    is_test_mode boolean NOT NULL DEFAULT false,
    is_anonymous boolean NOT NULL DEFAULT false,
    payment_type text NOT NULL,
    payment_info text,
    gateway text NOT NULL,
    transaction_id text NOT NULL,
    authorization_number text,
    segment_code text,
    motivation_code text,
    notes text,
    comment text,
    source_system text,
    source_key text,
    idempotency_key text,
    fingerprint bytea,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, donor_id) REFERENCES giving.donor,
    FOREIGN KEY (organization_id, campaign_id) REFERENCES giving.campaign,
    CONSTRAINT gift_projects_sum_to_amount CHECK (
        cardinality(project_ids) = cardinality(project_minor)
        AND cardinality(project_ids) > 0
        AND array_ndims(project_ids) = 1 AND array_ndims(project_minor) = 1
        AND array_position(project_ids, NULL) IS NULL AND array_position(project_minor, NULL) IS NULL
        AND 0 < ALL (project_minor)
        AND platform.sum_minor(project_minor) = amount_minor
    ),
    CHECK ((source_system IS NULL) = (source_key IS NULL))
);
CREATE INDEX gift_donor ON giving.gift (organization_id, donor_id, id);
CREATE INDEX gift_campaign ON giving.gift (organization_id, campaign_id, id) WHERE campaign_id IS NOT NULL;
CREATE UNIQUE INDEX gift_source ON giving.gift (organization_id, source_system, source_key)
    WHERE source_key IS NOT NULL;
CREATE UNIQUE INDEX gift_idempotency ON giving.gift (organization_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

SELECT platform.protect('giving');
REVOKE UPDATE, DELETE ON giving.event FROM almoner_app;
REVOKE DELETE ON giving.gift, giving.donor FROM almoner_app;
