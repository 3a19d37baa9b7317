-- older programs may run on this
--
-- A promise to give again and again: what its source says of it. Gifts come of it one by one, and are gifts as any other.

CREATE SEQUENCE crm.recurring_gift_id_seq;
CREATE TABLE crm.recurring_gift (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.recurring_gift_id_seq'),
    contact_id bigint NOT NULL,
    frequency text NOT NULL,
    started_on date NOT NULL,
    next_expected_on date,
    anticipated_end_on date,
    cancelled_at timestamptz,
    amount_minor bigint NOT NULL,
    currency text NOT NULL CHECK (length(currency) = 3),
    designation_project_ids bigint[] NOT NULL,
    designation_minor bigint[] NOT NULL,
    segment_code text,
    is_private boolean NOT NULL,
    transaction_source text,
    transaction_id text,
    source_version int,
    version int NOT NULL,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, transaction_source, transaction_id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES crm.contact,
    CONSTRAINT recurring_gift_designations_sum_to_amount CHECK (
        cardinality(designation_project_ids) = cardinality(designation_minor)
        AND cardinality(designation_minor) > 0
        AND array_ndims(designation_project_ids) = 1 AND array_ndims(designation_minor) = 1
        AND array_position(designation_project_ids, NULL) IS NULL
        AND array_position(designation_minor, NULL) IS NULL
        AND 0 < ALL (designation_minor)
        AND platform.sum_minor(designation_minor) = amount_minor
    ),
    CHECK ((transaction_source IS NULL) = (transaction_id IS NULL)),
    CHECK ((transaction_source IS NULL) = (source_version IS NULL))
);
ALTER SEQUENCE crm.recurring_gift_id_seq OWNED BY crm.recurring_gift.id;
CREATE INDEX recurring_gift_contact ON crm.recurring_gift (organization_id, contact_id, started_on);
SELECT platform.protect_table('crm.recurring_gift');
GRANT USAGE ON SEQUENCE crm.recurring_gift_id_seq TO almoner_app;
