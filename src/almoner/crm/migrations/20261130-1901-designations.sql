-- older programs may run on this
--
-- The designations of gifts as rows, for queries: docs/decisions/0027. The arrays on the gift stay the truth; the database itself keeps
-- these in step, whoever writes a gift.

CREATE TABLE crm.designation (
    organization_id bigint NOT NULL,
    id bigint NOT NULL,
    gift_id bigint NOT NULL,
    ordinal int NOT NULL,
    project_id bigint NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    gift_on date NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
);
SELECT platform.protect_table('crm.designation', 'SELECT');

-- How many designations each project has, itself and not those below it. Slots as in crm.project_giving.
CREATE TABLE crm.designation_tally (
    organization_id bigint NOT NULL,
    project_id bigint NOT NULL,
    slot smallint NOT NULL,
    designation_count bigint NOT NULL,
    PRIMARY KEY (organization_id, project_id, slot)
) WITH (fillfactor = 50);
SELECT platform.protect_table('crm.designation_tally', 'SELECT');

-- Rows of the gifts that a statement wrote.
CREATE FUNCTION crm.designations_come() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
SET enable_seqscan = off AS $$
BEGIN
    INSERT INTO crm.designation (organization_id, id, gift_id, ordinal, project_id, amount_minor, currency, gift_on, created_at)
    SELECT w.organization_id, s.id, w.id, s.n, s.project_id, s.minor, w.currency, w.gift_on, w.created_at
    FROM written w
    CROSS JOIN LATERAL unnest(w.designation_ids, w.designation_project_ids, w.designation_minor)
        WITH ORDINALITY AS s (id, project_id, minor, n);
    RETURN NULL;
END
$$;

-- Of gifts that a statement changed: what went goes, what stayed is as it is now, what is new comes.
CREATE FUNCTION crm.designations_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
SET enable_seqscan = off AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM written w JOIN was o ON o.organization_id = w.organization_id AND o.id = w.id
        WHERE (w.designation_ids, w.designation_project_ids, w.designation_minor, w.currency, w.gift_on) IS DISTINCT FROM
            (o.designation_ids, o.designation_project_ids, o.designation_minor, o.currency, o.gift_on)) THEN
        RETURN NULL;
    END IF;
    DELETE FROM crm.designation d USING written w
    WHERE d.organization_id = w.organization_id AND d.gift_id = w.id AND d.id <> ALL (w.designation_ids);
    INSERT INTO crm.designation AS d (organization_id, id, gift_id, ordinal, project_id, amount_minor, currency, gift_on, created_at)
    SELECT w.organization_id, s.id, w.id, s.n, s.project_id, s.minor, w.currency, w.gift_on, w.modified_at
    FROM written w
    CROSS JOIN LATERAL unnest(w.designation_ids, w.designation_project_ids, w.designation_minor)
        WITH ORDINALITY AS s (id, project_id, minor, n)
    ON CONFLICT (organization_id, id) DO UPDATE SET ordinal = excluded.ordinal, project_id = excluded.project_id,
        amount_minor = excluded.amount_minor, currency = excluded.currency, gift_on = excluded.gift_on;
    RETURN NULL;
END
$$;

-- Of gifts that a statement deleted.
CREATE FUNCTION crm.designations_go() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
SET enable_seqscan = off AS $$
BEGIN
    DELETE FROM crm.designation d USING was o WHERE d.organization_id = o.organization_id AND d.gift_id = o.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER new_gift_designations AFTER INSERT ON crm.gift REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.designations_come();
CREATE TRIGGER changed_gift_designations AFTER UPDATE ON crm.gift REFERENCING OLD TABLE AS was NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.designations_follow();
CREATE TRIGGER gone_gift_designations AFTER DELETE ON crm.gift REFERENCING OLD TABLE AS was
    FOR EACH STATEMENT EXECUTE FUNCTION crm.designations_go();

-- Those of the gifts that are there. While it runs nobody writes a gift of the CRM, so the sync waits; gives do not.
INSERT INTO crm.designation (organization_id, id, gift_id, ordinal, project_id, amount_minor, currency, gift_on, created_at)
SELECT g.organization_id, s.id, g.id, s.n, s.project_id, s.minor, g.currency, g.gift_on, g.created_at
FROM crm.gift g
CROSS JOIN LATERAL unnest(g.designation_ids, g.designation_project_ids, g.designation_minor)
    WITH ORDINALITY AS s (id, project_id, minor, n);

INSERT INTO crm.designation_tally (organization_id, project_id, slot, designation_count)
SELECT organization_id, project_id, 0, count(*) FROM crm.designation GROUP BY organization_id, project_id;

CREATE INDEX designation_project ON crm.designation (organization_id, project_id, id);
CREATE INDEX designation_gift ON crm.designation (organization_id, gift_id);
CREATE INDEX designation_day ON crm.designation (organization_id, gift_on, id);
