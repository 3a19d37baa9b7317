-- What hangs on projects: notes, roles, expenses; and on gifts: premiums and tributes.
--
-- Programs before this one must not start on it: they would tell balances without expenses.

CREATE SEQUENCE crm.project_note_id_seq;
CREATE TABLE crm.project_note (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.project_note_id_seq'),
    project_id bigint NOT NULL,
    contact_id bigint,
    type text NOT NULL,
    note text NOT NULL,
    important boolean NOT NULL,
    is_private boolean NOT NULL,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, project_id) REFERENCES crm.project,
    FOREIGN KEY (organization_id, contact_id) REFERENCES crm.contact
);
CREATE INDEX project_note_project ON crm.project_note (organization_id, project_id, id);
CREATE INDEX project_note_contact ON crm.project_note (organization_id, contact_id) WHERE contact_id IS NOT NULL;
SELECT platform.protect_table('crm.project_note', 'SELECT, INSERT, DELETE,
    UPDATE (contact_id, type, note, important, is_private, version, modified_at)');

-- The parts that contacts play, in the organization's own words.
CREATE SEQUENCE crm.project_role_type_id_seq;
CREATE TABLE crm.project_role_type (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.project_role_type_id_seq'),
    role text NOT NULL,
    role_key text NOT NULL,
    is_enabled boolean NOT NULL,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, role_key)
);
SELECT platform.protect_table('crm.project_role_type', 'SELECT, INSERT, UPDATE (role, role_key, is_enabled, version, modified_at)');

INSERT INTO crm.project_role_type (organization_id, role, role_key, is_enabled, created_at, modified_at)
SELECT o.organization_id, r.role, lower(r.role), true, now(), now()
FROM platform.organization o CROSS JOIN (VALUES (1, 'Manager'), (2, 'Contact Person'), (3, 'Volunteer'), (4, 'Beneficiary')) AS r (n, role)
ORDER BY o.organization_id, r.n;

CREATE SEQUENCE crm.project_role_id_seq;
CREATE TABLE crm.project_role (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.project_role_id_seq'),
    project_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    project_role_type_id bigint NOT NULL,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, project_id) REFERENCES crm.project,
    FOREIGN KEY (organization_id, contact_id) REFERENCES crm.contact,
    FOREIGN KEY (organization_id, project_role_type_id) REFERENCES crm.project_role_type
);
CREATE INDEX project_role_project ON crm.project_role (organization_id, project_id, id);
CREATE INDEX project_role_contact ON crm.project_role (organization_id, contact_id, id);
SELECT platform.protect_table('crm.project_role', 'SELECT, INSERT, DELETE, UPDATE (contact_id, project_role_type_id, version, modified_at)');

-- What a project spent, in the organization's currency. None is ever deleted: an amount of zero takes it back.
CREATE SEQUENCE crm.project_expense_id_seq;
CREATE TABLE crm.project_expense (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.project_expense_id_seq'),
    project_id bigint NOT NULL,
    amount_minor bigint NOT NULL,
    spent_on date NOT NULL,
    accounting_code text,
    description text,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, project_id) REFERENCES crm.project
);
CREATE INDEX project_expense_project ON crm.project_expense (organization_id, project_id, id);
SELECT platform.protect_table('crm.project_expense',
    'SELECT, INSERT, UPDATE (amount_minor, spent_on, accounting_code, description, version, modified_at)');

-- What each project's subtree spent, in all (year 0) and by year. Slots as in crm.project_giving.
CREATE TABLE crm.project_spending (
    organization_id bigint NOT NULL,
    project_id bigint NOT NULL,
    year smallint NOT NULL,
    slot smallint NOT NULL,
    spent_minor numeric NOT NULL,
    PRIMARY KEY (organization_id, project_id, year, slot)
) WITH (fillfactor = 50);
SELECT platform.protect_table('crm.project_spending', 'SELECT');

-- Whether an accounting system follows the project.
ALTER TABLE crm.project ADD COLUMN enable_sync boolean NOT NULL DEFAULT false;
GRANT UPDATE (enable_sync) ON crm.project TO almoner_app;

-- What givers get in return. Amounts are in the currency that stands beside them.
CREATE SEQUENCE crm.premium_id_seq;
CREATE TABLE crm.premium (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.premium_id_seq'),
    name text NOT NULL,
    code text NOT NULL,
    code_key text NOT NULL,
    description text,
    currency text NOT NULL,
    price_minor bigint NOT NULL,
    fair_market_value_minor bigint NOT NULL,
    cost_minor bigint NOT NULL,
    inventory_count int NOT NULL,
    is_active boolean NOT NULL,
    custom_values jsonb NOT NULL DEFAULT '{}',
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, code_key)
);
SELECT platform.protect_table('crm.premium', 'SELECT, INSERT, UPDATE (name, code, code_key, description, price_minor,
    fair_market_value_minor, cost_minor, inventory_count, is_active, custom_values, version, modified_at)');

-- What was given out for a gift, at what it was worth then. It goes with its gift; of one that was wholly taken back, it came back.
CREATE SEQUENCE crm.gift_premium_id_seq;
CREATE TABLE crm.gift_premium (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.gift_premium_id_seq'),
    gift_id bigint NOT NULL,
    premium_id bigint NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    currency text NOT NULL,
    fair_market_value_minor bigint NOT NULL,
    is_returned boolean NOT NULL DEFAULT false,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, gift_id, premium_id),
    FOREIGN KEY (organization_id, gift_id) REFERENCES crm.gift ON DELETE CASCADE,
    FOREIGN KEY (organization_id, premium_id) REFERENCES crm.premium
);
CREATE INDEX gift_premium_premium ON crm.gift_premium (organization_id, premium_id, gift_id);
SELECT platform.protect_table('crm.gift_premium', 'SELECT, INSERT, DELETE, UPDATE (quantity, is_returned)');

-- In whose honour or memory somebody gives.
CREATE SEQUENCE crm.tribute_id_seq;
CREATE TABLE crm.tribute (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.tribute_id_seq'),
    tribute_type text NOT NULL,
    first_name text,
    last_name text,
    address1 text,
    address2 text,
    city text,
    state text,
    postal_code text,
    contact_individual_id bigint,
    default_acknowledgee_individual_id bigint,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, contact_individual_id) REFERENCES crm.contact_individual,
    CONSTRAINT tribute_default_acknowledgee_individual_id_fkey
        FOREIGN KEY (organization_id, default_acknowledgee_individual_id) REFERENCES crm.contact_individual
);
CREATE INDEX tribute_last_name ON crm.tribute (organization_id, lower(last_name) text_pattern_ops);
CREATE INDEX tribute_individual ON crm.tribute (organization_id, contact_individual_id) WHERE contact_individual_id IS NOT NULL;
CREATE INDEX tribute_acknowledgee ON crm.tribute (organization_id, default_acknowledgee_individual_id)
    WHERE default_acknowledgee_individual_id IS NOT NULL;
SELECT platform.protect_table('crm.tribute', 'SELECT, INSERT, UPDATE (tribute_type, first_name, last_name, address1, address2, city,
    state, postal_code, contact_individual_id, default_acknowledgee_individual_id, version, modified_at)');

-- The tribute of a gift: one that is kept, or in words alone. It goes with its gift.
CREATE TABLE crm.gift_tribute (
    organization_id bigint NOT NULL,
    gift_id bigint NOT NULL,
    tribute_id bigint,
    tribute_type text,
    description text,
    acknowledgee_individual_id bigint,
    PRIMARY KEY (organization_id, gift_id),
    FOREIGN KEY (organization_id, gift_id) REFERENCES crm.gift ON DELETE CASCADE,
    FOREIGN KEY (organization_id, tribute_id) REFERENCES crm.tribute,
    FOREIGN KEY (organization_id, acknowledgee_individual_id) REFERENCES crm.contact_individual
);
CREATE INDEX gift_tribute_tribute ON crm.gift_tribute (organization_id, tribute_id, gift_id);
CREATE INDEX gift_tribute_acknowledgee ON crm.gift_tribute (organization_id, acknowledgee_individual_id)
    WHERE acknowledgee_individual_id IS NOT NULL;
SELECT platform.protect_table('crm.gift_tribute',
    'SELECT, INSERT, DELETE, UPDATE (tribute_id, tribute_type, description, acknowledgee_individual_id)');

GRANT USAGE ON SEQUENCE crm.project_note_id_seq, crm.project_role_id_seq, crm.project_role_type_id_seq, crm.project_expense_id_seq,
    crm.premium_id_seq, crm.gift_premium_id_seq, crm.tribute_id_seq TO almoner_app;

-- The stock of premiums follows what is given out for gifts, whoever writes that. Premiums are locked in the order of their ids.
CREATE FUNCTION crm.stock_follows() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog SET enable_seqscan = off AS $$
DECLARE
    r record;
BEGIN
    IF TG_OP = 'INSERT' THEN
        FOR r IN SELECT organization_id, premium_id, sum(quantity) AS n FROM written WHERE NOT is_returned GROUP BY 1, 2 ORDER BY 1, 2 LOOP
            UPDATE crm.premium SET inventory_count = inventory_count - r.n WHERE organization_id = r.organization_id AND id = r.premium_id;
        END LOOP;
    ELSIF TG_OP = 'DELETE' THEN
        FOR r IN SELECT organization_id, premium_id, sum(quantity) AS n FROM was WHERE NOT is_returned GROUP BY 1, 2 ORDER BY 1, 2 LOOP
            UPDATE crm.premium SET inventory_count = inventory_count + r.n WHERE organization_id = r.organization_id AND id = r.premium_id;
        END LOOP;
    ELSE
        FOR r IN SELECT organization_id, premium_id, sum(x.n) AS n
            FROM (SELECT organization_id, premium_id, quantity AS n FROM written WHERE NOT is_returned
                UNION ALL SELECT organization_id, premium_id, -quantity FROM was WHERE NOT is_returned) x
            GROUP BY 1, 2 HAVING sum(x.n) <> 0 ORDER BY 1, 2
        LOOP
            UPDATE crm.premium SET inventory_count = inventory_count - r.n WHERE organization_id = r.organization_id AND id = r.premium_id;
        END LOOP;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER new_gift_premiums AFTER INSERT ON crm.gift_premium REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.stock_follows();
CREATE TRIGGER changed_gift_premiums AFTER UPDATE ON crm.gift_premium REFERENCING OLD TABLE AS was NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.stock_follows();
CREATE TRIGGER gone_gift_premiums AFTER DELETE ON crm.gift_premium REFERENCING OLD TABLE AS was
    FOR EACH STATEMENT EXECUTE FUNCTION crm.stock_follows();

-- Premiums of gifts that are wholly taken back come back, and go out again when they are not so any more: whoever writes gifts.
CREATE FUNCTION crm.premiums_follow() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog SET enable_seqscan = off AS $$
DECLARE
    r record;
BEGIN
    IF TG_OP = 'INSERT' THEN
        FOR r IN SELECT organization_id, array_agg(reverses_id) AS ids FROM written WHERE reverses_id IS NOT NULL GROUP BY 1 LOOP
            PERFORM crm.premiums_come_back(r.organization_id, r.ids);
        END LOOP;
    ELSIF TG_OP = 'DELETE' THEN
        FOR r IN SELECT organization_id, array_agg(reverses_id) AS ids FROM was WHERE reverses_id IS NOT NULL GROUP BY 1 LOOP
            PERFORM crm.premiums_come_back(r.organization_id, r.ids);
        END LOOP;
    ELSE
        FOR r IN SELECT w.organization_id, array_agg(coalesce(w.reverses_id, w.id)) AS ids
            FROM written w JOIN was o ON o.organization_id = w.organization_id AND o.id = w.id AND o.amount_minor <> w.amount_minor
            GROUP BY 1
        LOOP
            PERFORM crm.premiums_come_back(r.organization_id, r.ids);
        END LOOP;
    END IF;
    RETURN NULL;
END
$$;

-- Let the premiums of these gifts be back exactly where nothing is left of the gift.
CREATE FUNCTION crm.premiums_come_back(p_organization_id bigint, p_gift_ids bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog SET enable_seqscan = off AS $$
BEGIN
    UPDATE crm.gift_premium m SET is_returned = NOT m.is_returned
    FROM crm.gift g
    WHERE m.organization_id = p_organization_id AND m.gift_id = ANY (p_gift_ids)
        AND g.organization_id = p_organization_id AND g.id = m.gift_id
        AND m.is_returned <> (g.amount_minor + coalesce((SELECT sum(v.amount_minor) FROM crm.gift v
            WHERE v.organization_id = p_organization_id AND v.reverses_id = g.id), 0) = 0);
END
$$;
CREATE TRIGGER new_gift_premiums_follow AFTER INSERT ON crm.gift REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.premiums_follow();
CREATE TRIGGER changed_gift_premiums_follow AFTER UPDATE ON crm.gift REFERENCING OLD TABLE AS was NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.premiums_follow();
CREATE TRIGGER gone_gift_premiums_follow AFTER DELETE ON crm.gift REFERENCING OLD TABLE AS was
    FOR EACH STATEMENT EXECUTE FUNCTION crm.premiums_follow();
