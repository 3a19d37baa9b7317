-- was: 0005_crm, 0006_crm_accept
--
-- The CRM product: contacts and what hangs on them, projects with their tree and totals, gifts, event log.
--
-- squawk-ignore-file ban-char-field
-- Currencies have three letters; later columns are text.

CREATE SCHEMA crm;

SELECT platform.create_event_log('crm');

CREATE SEQUENCE crm.contact_id_seq;
CREATE TABLE crm.contact (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.contact_id_seq'),
    contact_type text NOT NULL DEFAULT 'Household',
    name text NOT NULL CHECK (name <> ''),
    informal_name text,
    description text,
    website text,
    is_private boolean NOT NULL DEFAULT false,
    is_archived boolean NOT NULL DEFAULT false,
    merged_into_id bigint,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
);

CREATE SEQUENCE crm.contact_individual_id_seq;
CREATE TABLE crm.contact_individual (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.contact_individual_id_seq'),
    contact_id bigint NOT NULL,
    prefix text,
    first_name text,
    middle_name text,
    last_name text,
    suffix text,
    is_primary boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES crm.contact
);
CREATE INDEX contact_individual_contact ON crm.contact_individual (organization_id, contact_id);

CREATE SEQUENCE crm.contact_method_id_seq;
CREATE TABLE crm.contact_method (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.contact_method_id_seq'),
    contact_individual_id bigint NOT NULL,
    type text NOT NULL,
    value text NOT NULL,
    value_key text NOT NULL,
    is_opted_in boolean NOT NULL DEFAULT true,
    is_primary boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, contact_individual_id) REFERENCES crm.contact_individual
);
CREATE INDEX contact_method_individual ON crm.contact_method (organization_id, contact_individual_id);
CREATE INDEX contact_method_value ON crm.contact_method (organization_id, value_key);

CREATE SEQUENCE crm.contact_address_id_seq;
CREATE TABLE crm.contact_address (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.contact_address_id_seq'),
    contact_id bigint NOT NULL,
    label text,
    address1 text,
    address2 text,
    city text,
    state text,
    postal text,
    country text,
    is_primary boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES crm.contact
);
CREATE INDEX contact_address_contact ON crm.contact_address (organization_id, contact_id);

CREATE TABLE crm.contact_reference (
    organization_id bigint NOT NULL,
    source text NOT NULL,
    reference_id text NOT NULL,
    contact_id bigint NOT NULL,
    PRIMARY KEY (organization_id, source, reference_id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES crm.contact
);
CREATE INDEX contact_reference_contact ON crm.contact_reference (organization_id, contact_id);

CREATE SEQUENCE crm.project_id_seq;
CREATE TABLE crm.project (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.project_id_seq'),
    name text NOT NULL,
    project_code text NOT NULL,
    code_key text NOT NULL,
    external_accounting_code text,
    online_display_name text,
    description text,
    type text,
    location text,
    parent_id bigint,
    is_public boolean NOT NULL DEFAULT true,
    is_active boolean NOT NULL DEFAULT true,
    is_available_online boolean NOT NULL DEFAULT true,
    is_tax_deductible boolean NOT NULL DEFAULT true,
    beginning_balance_minor bigint NOT NULL DEFAULT 0,
    revenue_accounting_code text,
    inventory_status text,
    duration_type text,
    start_on date,
    end_on date,
    financial_need_minor bigint NOT NULL DEFAULT 0,
    financial_need_type text,
    financial_need_frequency text,
    is_limited_to_financial_need boolean NOT NULL DEFAULT false,
    is_restricted_to_gift_specifications boolean NOT NULL DEFAULT false,
    treat_as_accounts_payable boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, code_key),
    FOREIGN KEY (organization_id, parent_id) REFERENCES crm.project,
    CHECK (parent_id <> id)
);

-- Each project with itself and all its ancestors, so that a gift's rollup is one join.
CREATE TABLE crm.project_ancestor (
    organization_id bigint NOT NULL,
    project_id bigint NOT NULL,
    ancestor_id bigint NOT NULL,
    PRIMARY KEY (organization_id, project_id, ancestor_id),
    FOREIGN KEY (organization_id, project_id) REFERENCES crm.project,
    FOREIGN KEY (organization_id, ancestor_id) REFERENCES crm.project
);

-- Totals of a project's whole subtree. Eight slots per project and currency: writers of different parts never meet
-- on one row; a reader adds the slots up.
CREATE TABLE crm.project_total (
    organization_id bigint NOT NULL,
    project_id bigint NOT NULL,
    currency char(3) NOT NULL,
    slot smallint NOT NULL,
    given_minor bigint NOT NULL,
    gift_count bigint NOT NULL,
    PRIMARY KEY (organization_id, project_id, currency, slot),
    FOREIGN KEY (organization_id, project_id) REFERENCES crm.project
) WITH (fillfactor = 50);

-- A gift carries its designations: three arrays that the CHECK holds equal to the amount (docs/decisions/0005). All parts of
-- a gift have its sign: a reversing transaction is negative throughout.
CREATE SEQUENCE crm.gift_id_seq;
CREATE SEQUENCE crm.gift_designation_id_seq;
CREATE TABLE crm.gift (
    organization_id bigint NOT NULL,
    id bigint NOT NULL,
    contact_id bigint NOT NULL,
    contact_individual_id bigint,
    gift_type text NOT NULL,
    gift_on date NOT NULL,
    amount_minor bigint NOT NULL,
    currency char(3) NOT NULL,
    designation_ids bigint[] NOT NULL,
    designation_project_ids bigint[] NOT NULL,
    designation_minor bigint[] NOT NULL,
    transaction_source text,
    transaction_id text,
    batch text,
    segment_code text,
    notes text,
    origin jsonb,
    is_private boolean NOT NULL DEFAULT false,
    is_tax_deductible boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, transaction_source, transaction_id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES crm.contact,
    CONSTRAINT gift_designations_sum_to_amount CHECK (
        cardinality(designation_ids) = cardinality(designation_minor)
        AND cardinality(designation_project_ids) = cardinality(designation_minor)
        AND cardinality(designation_ids) > 0
        AND array_ndims(designation_ids) = 1 AND array_ndims(designation_project_ids) = 1 AND array_ndims(designation_minor) = 1
        AND array_position(designation_ids, NULL) IS NULL
        AND array_position(designation_project_ids, NULL) IS NULL
        AND array_position(designation_minor, NULL) IS NULL
        AND CASE WHEN amount_minor < 0 THEN 0 > ALL (designation_minor) ELSE 0 < ALL (designation_minor) END
        AND platform.sum_minor(designation_minor) = amount_minor
    ),
    CHECK ((transaction_source IS NULL) = (transaction_id IS NULL))
);
CREATE INDEX gift_contact ON crm.gift (organization_id, contact_id, gift_on);

SELECT platform.protect('crm');
REVOKE UPDATE, DELETE ON crm.event FROM almoner_app;
