-- older programs may run on this
--
-- What contacts promise or are asked for, and which gifts keep it: docs/decisions/0031.

-- Whether a recurring gift was written here; others are their source's, which alone changes them. What older programs write is their
-- source's, and its payments are not tracked.
ALTER TABLE crm.recurring_gift ADD COLUMN is_own boolean NOT NULL DEFAULT false,
    ADD COLUMN automated_payments boolean NOT NULL DEFAULT true,
    ADD COLUMN track_payments boolean NOT NULL DEFAULT false,
    ADD COLUMN thank_you_on date,
    ADD COLUMN cancel_reason text,
    ADD COLUMN cancel_category_id bigint,
    ADD COLUMN custom_values jsonb NOT NULL DEFAULT '{}';
GRANT UPDATE (custom_values, automated_payments, track_payments, thank_you_on, cancel_reason, cancel_category_id) ON crm.recurring_gift TO almoner_app;

-- Payments that a recurring gift lets expect, made ahead; one that came without being expected is of the day of its gift.
CREATE SEQUENCE crm.recurring_gift_payment_id_seq;
CREATE TABLE crm.recurring_gift_payment (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.recurring_gift_payment_id_seq'),
    recurring_gift_id bigint NOT NULL,
    expected_on date NOT NULL,
    expected_minor bigint NOT NULL,
    is_expected boolean NOT NULL,
    dismissed_on date,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, recurring_gift_id) REFERENCES crm.recurring_gift
);
CREATE UNIQUE INDEX recurring_gift_payment_expected ON crm.recurring_gift_payment (organization_id, recurring_gift_id, expected_on)
    WHERE is_expected;
CREATE INDEX recurring_gift_payment_all ON crm.recurring_gift_payment (organization_id, recurring_gift_id, expected_on);
SELECT platform.protect_table('crm.recurring_gift_payment', 'SELECT, INSERT, DELETE, UPDATE (expected_minor, dismissed_on)');
ALTER SEQUENCE crm.recurring_gift_payment_id_seq OWNED BY crm.recurring_gift_payment.id;
GRANT USAGE ON SEQUENCE crm.recurring_gift_payment_id_seq TO almoner_app;

CREATE SEQUENCE crm.gift_ask_id_seq;
CREATE TABLE crm.gift_ask (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.gift_ask_id_seq'),
    contact_id bigint NOT NULL,
    ask_minor bigint NOT NULL,
    currency text NOT NULL,
    asked_on date NOT NULL,
    expected_fulfillment_on date,
    notes text,
    ask_type text NOT NULL,
    frequency text,
    declined boolean NOT NULL,
    project_id bigint,
    assigned_user_id bigint,
    secondary_assigned_user_id bigint,
    status text NOT NULL,
    custom_values jsonb NOT NULL DEFAULT '{}',
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES crm.contact,
    FOREIGN KEY (organization_id, project_id) REFERENCES crm.project
);
CREATE INDEX gift_ask_contact ON crm.gift_ask (organization_id, contact_id, id);
SELECT platform.protect_table('crm.gift_ask', 'SELECT, INSERT, UPDATE (contact_id, ask_minor, currency, asked_on,
    expected_fulfillment_on, notes, ask_type, frequency, declined, project_id, assigned_user_id, secondary_assigned_user_id, status,
    custom_values, version, modified_at)');
ALTER SEQUENCE crm.gift_ask_id_seq OWNED BY crm.gift_ask.id;
GRANT USAGE ON SEQUENCE crm.gift_ask_id_seq TO almoner_app;

CREATE SEQUENCE crm.pledge_id_seq;
CREATE TABLE crm.pledge (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.pledge_id_seq'),
    contact_id bigint NOT NULL,
    pledged_minor bigint NOT NULL CHECK (pledged_minor > 0),
    currency text NOT NULL,
    frequency text NOT NULL,
    pledged_on date NOT NULL,
    expected_fulfillment_on date,
    gift_ask_id bigint,
    project_id bigint,
    is_private boolean NOT NULL,
    written_off_at timestamptz,
    write_off_reason text,
    payment_days date[] NOT NULL DEFAULT '{}',
    payment_minor bigint[] NOT NULL DEFAULT '{}',
    custom_values jsonb NOT NULL DEFAULT '{}',
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES crm.contact,
    FOREIGN KEY (organization_id, gift_ask_id) REFERENCES crm.gift_ask,
    FOREIGN KEY (organization_id, project_id) REFERENCES crm.project
);
CREATE INDEX pledge_contact ON crm.pledge (organization_id, contact_id, id);
SELECT platform.protect_table('crm.pledge', 'SELECT, INSERT, UPDATE (contact_id, pledged_minor, currency, frequency, pledged_on,
    expected_fulfillment_on, gift_ask_id, project_id, is_private, written_off_at, write_off_reason, payment_days, payment_minor,
    custom_values, version, modified_at)');
ALTER SEQUENCE crm.pledge_id_seq OWNED BY crm.pledge.id;
GRANT USAGE ON SEQUENCE crm.pledge_id_seq TO almoner_app;

-- The payments that a pledge is expected to come in, which sum to it.
CREATE SEQUENCE crm.pledge_payment_id_seq;
CREATE TABLE crm.pledge_payment (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.pledge_payment_id_seq'),
    pledge_id bigint NOT NULL,
    ordinal int NOT NULL,
    expected_on date NOT NULL,
    expected_minor bigint NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, pledge_id, ordinal),
    FOREIGN KEY (organization_id, pledge_id) REFERENCES crm.pledge
);
SELECT platform.protect_table('crm.pledge_payment', 'SELECT, INSERT, DELETE, UPDATE (expected_on, expected_minor)');
ALTER SEQUENCE crm.pledge_payment_id_seq OWNED BY crm.pledge_payment.id;
GRANT USAGE ON SEQUENCE crm.pledge_payment_id_seq TO almoner_app;

CREATE SEQUENCE crm.planned_gift_id_seq;
CREATE TABLE crm.planned_gift (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.planned_gift_id_seq'),
    contact_id bigint NOT NULL,
    planned_on date NOT NULL,
    planned_gift_type text NOT NULL,
    frequency text,
    anticipated_minor bigint NOT NULL,
    currency text NOT NULL,
    anticipated_start_on date,
    number_of_occurrences int,
    current_value_minor bigint,
    contact_individual_id bigint,
    assigned_user_id bigint,
    project_id bigint,
    thank_you_on date,
    custom_values jsonb NOT NULL DEFAULT '{}',
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES crm.contact,
    FOREIGN KEY (organization_id, contact_individual_id) REFERENCES crm.contact_individual,
    FOREIGN KEY (organization_id, project_id) REFERENCES crm.project
);
CREATE INDEX planned_gift_contact ON crm.planned_gift (organization_id, contact_id, id);
SELECT platform.protect_table('crm.planned_gift', 'SELECT, INSERT, UPDATE (contact_id, planned_on, planned_gift_type, frequency,
    anticipated_minor, currency, anticipated_start_on, number_of_occurrences, current_value_minor, contact_individual_id,
    assigned_user_id, project_id, thank_you_on, custom_values, version, modified_at)');
ALTER SEQUENCE crm.planned_gift_id_seq OWNED BY crm.planned_gift.id;
GRANT USAGE ON SEQUENCE crm.planned_gift_id_seq TO almoner_app;

-- A grant; its contact is the organization that grants it. GRANT is a word of SQL.
CREATE SEQUENCE crm.grant_award_id_seq;
CREATE TABLE crm.grant_award (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.grant_award_id_seq'),
    contact_id bigint NOT NULL,
    receiving_organization_id bigint,
    owner_id bigint,
    title text NOT NULL,
    description text,
    reference_id text,
    project_id bigint,
    due_on date,
    anticipated_minor bigint,
    currency text NOT NULL,
    status text NOT NULL,
    submitted_on date,
    anticipated_award_on date,
    point_of_contact_name text,
    point_of_contact_email text,
    point_of_contact_phone text,
    website text,
    awarded_grant boolean NOT NULL,
    awarded_minor bigint,
    awarded_on date,
    award_terms text,
    grant_type text NOT NULL,
    custom_values jsonb NOT NULL DEFAULT '{}',
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES crm.contact,
    FOREIGN KEY (organization_id, receiving_organization_id) REFERENCES crm.contact,
    FOREIGN KEY (organization_id, project_id) REFERENCES crm.project
);
CREATE INDEX grant_award_contact ON crm.grant_award (organization_id, contact_id, id);
CREATE INDEX grant_award_receiving ON crm.grant_award (organization_id, receiving_organization_id)
    WHERE receiving_organization_id IS NOT NULL;
CREATE UNIQUE INDEX grant_award_reference ON crm.grant_award (organization_id, reference_id) WHERE reference_id IS NOT NULL;
SELECT platform.protect_table('crm.grant_award', 'SELECT, INSERT, DELETE, UPDATE (contact_id, receiving_organization_id, owner_id,
    title, description, reference_id, project_id, due_on, anticipated_minor, currency, status, submitted_on, anticipated_award_on,
    point_of_contact_name, point_of_contact_email, point_of_contact_phone, website, awarded_grant, awarded_minor, awarded_on,
    award_terms, grant_type, custom_values, version, modified_at)');
ALTER SEQUENCE crm.grant_award_id_seq OWNED BY crm.grant_award.id;
GRANT USAGE ON SEQUENCE crm.grant_award_id_seq TO almoner_app;

-- Which gift keeps which of these, and by how much: amount_minor as it was said, all of the gift when nothing was; counted_minor as far as
-- the gift's money goes (crm.recount_applied_gifts), in the currency of what it is applied to.
CREATE SEQUENCE crm.applied_gift_id_seq;
CREATE TABLE crm.applied_gift (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.applied_gift_id_seq'),
    gift_id bigint NOT NULL,
    recurring_gift_id bigint,
    recurring_gift_payment_id bigint,
    pledge_id bigint,
    pledge_payment_id bigint,
    gift_ask_id bigint,
    planned_gift_id bigint,
    grant_award_id bigint,
    amount_minor bigint CHECK (amount_minor > 0),
    currency text NOT NULL,
    counted_minor bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, gift_id) REFERENCES crm.gift ON DELETE CASCADE,
    FOREIGN KEY (organization_id, recurring_gift_id) REFERENCES crm.recurring_gift,
    FOREIGN KEY (organization_id, recurring_gift_payment_id) REFERENCES crm.recurring_gift_payment,
    FOREIGN KEY (organization_id, pledge_id) REFERENCES crm.pledge,
    FOREIGN KEY (organization_id, pledge_payment_id) REFERENCES crm.pledge_payment,
    FOREIGN KEY (organization_id, gift_ask_id) REFERENCES crm.gift_ask,
    FOREIGN KEY (organization_id, planned_gift_id) REFERENCES crm.planned_gift,
    FOREIGN KEY (organization_id, grant_award_id) REFERENCES crm.grant_award,
    CHECK (num_nonnulls(recurring_gift_id, pledge_id, gift_ask_id, planned_gift_id, grant_award_id) = 1),
    CHECK ((recurring_gift_id IS NULL) = (recurring_gift_payment_id IS NULL)),
    CHECK ((pledge_id IS NULL) = (pledge_payment_id IS NULL))
);
CREATE INDEX applied_gift_gift ON crm.applied_gift (organization_id, gift_id);
CREATE INDEX applied_gift_recurring ON crm.applied_gift (organization_id, recurring_gift_id, recurring_gift_payment_id)
    WHERE recurring_gift_id IS NOT NULL;
CREATE INDEX applied_gift_recurring_payment ON crm.applied_gift (organization_id, recurring_gift_payment_id)
    WHERE recurring_gift_payment_id IS NOT NULL;
CREATE INDEX applied_gift_pledge ON crm.applied_gift (organization_id, pledge_id, pledge_payment_id) WHERE pledge_id IS NOT NULL;
CREATE INDEX applied_gift_pledge_payment ON crm.applied_gift (organization_id, pledge_payment_id) WHERE pledge_payment_id IS NOT NULL;
CREATE INDEX applied_gift_ask ON crm.applied_gift (organization_id, gift_ask_id) WHERE gift_ask_id IS NOT NULL;
CREATE INDEX applied_gift_planned ON crm.applied_gift (organization_id, planned_gift_id) WHERE planned_gift_id IS NOT NULL;
CREATE INDEX applied_gift_grant ON crm.applied_gift (organization_id, grant_award_id) WHERE grant_award_id IS NOT NULL;
SELECT platform.protect_table('crm.applied_gift', 'SELECT, INSERT, DELETE, UPDATE (pledge_payment_id, amount_minor, counted_minor)');
ALTER SEQUENCE crm.applied_gift_id_seq OWNED BY crm.applied_gift.id;
GRANT USAGE ON SEQUENCE crm.applied_gift_id_seq TO almoner_app;

-- What counts of gifts, which are locked: of each kind what a gift is applied to is paid in the order in which it was said, as far as what is
-- left of the gift goes; nothing in another currency.
CREATE FUNCTION crm.recount_applied_gifts(p_organization_id bigint, p_gift_ids bigint[]) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off AS $$
BEGIN
    UPDATE crm.applied_gift a SET counted_minor = n.counted_minor
    FROM (SELECT l.id, CASE WHEN l.currency <> g.currency THEN 0 ELSE greatest(0, least(coalesce(l.amount_minor, r.minor), r.minor
            - coalesce(sum(l.amount_minor) OVER (PARTITION BY l.gift_id, l.recurring_gift_id IS NULL, l.pledge_id IS NULL ORDER BY l.id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) END AS counted_minor
        FROM crm.applied_gift l
        JOIN crm.gift g ON g.organization_id = p_organization_id AND g.id = l.gift_id
        CROSS JOIN LATERAL (SELECT g.amount_minor + coalesce(sum(v.amount_minor), 0) AS minor FROM crm.gift v
            WHERE v.organization_id = p_organization_id AND v.reverses_id = g.id) r
        WHERE l.organization_id = p_organization_id AND l.gift_id = ANY (p_gift_ids)) n
    WHERE a.organization_id = p_organization_id AND a.id = n.id AND a.counted_minor <> n.counted_minor;
END
$$;

-- A gift that takes back another came.
CREATE FUNCTION crm.applied_gifts_are_reversed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM crm.recount_applied_gifts(w.organization_id, array_agg(w.reverses_id)) FROM written w
    WHERE w.reverses_id IS NOT NULL GROUP BY w.organization_id;
    RETURN NULL;
END
$$;

-- Gifts have other amounts or currencies.
CREATE FUNCTION crm.applied_gifts_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM crm.recount_applied_gifts(w.organization_id, array_agg(coalesce(w.reverses_id, w.id))) FROM written w
    JOIN was o ON o.organization_id = w.organization_id AND o.id = w.id
    WHERE (w.amount_minor, w.currency) <> (o.amount_minor, o.currency) GROUP BY w.organization_id;
    RETURN NULL;
END
$$;

-- A gift that took back another went. What a gift was applied to goes with it by its foreign key.
CREATE FUNCTION crm.applied_gifts_stand_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM crm.recount_applied_gifts(o.organization_id, array_agg(o.reverses_id)) FROM was o
    WHERE o.reverses_id IS NOT NULL GROUP BY o.organization_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER new_gift_reverses_applied AFTER INSERT ON crm.gift REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.applied_gifts_are_reversed();
CREATE TRIGGER changed_gift_applied AFTER UPDATE ON crm.gift REFERENCING OLD TABLE AS was NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.applied_gifts_follow();
CREATE TRIGGER gone_gift_reverses_applied AFTER DELETE ON crm.gift REFERENCING OLD TABLE AS was
    FOR EACH STATEMENT EXECUTE FUNCTION crm.applied_gifts_stand_again();
