-- What follows gifts takes as long for each of many as for one, whatever the connection wrote before: docs/decisions/0027.
--
-- A plan over the rows that a statement wrote is made for as many as there were when the connection first came by, and stays. So what a gift
-- was and what it is are told apart by EXCEPT or GROUP BY, which sort or hash however few were expected; joined, each was compared with each.
-- Where rows of a table are looked up for those that were written, it is by an index alone, however many were expected.

CREATE OR REPLACE FUNCTION crm.designations_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF NOT EXISTS (
        SELECT organization_id, id, designation_ids, designation_project_ids, designation_minor, currency, gift_on FROM written
        EXCEPT
        SELECT organization_id, id, designation_ids, designation_project_ids, designation_minor, currency, gift_on FROM was)
    THEN
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
        amount_minor = excluded.amount_minor, currency = excluded.currency, gift_on = excluded.gift_on
    WHERE (d.ordinal, d.project_id, d.amount_minor, d.currency, d.gift_on)
        IS DISTINCT FROM (excluded.ordinal, excluded.project_id, excluded.amount_minor, excluded.currency, excluded.gift_on);
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION crm.designations_go() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    DELETE FROM crm.designation d USING was o WHERE d.organization_id = o.organization_id AND d.gift_id = o.id;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION crm.applied_gifts_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM crm.recount_applied_gifts(x.organization_id, array_agg(coalesce(x.reverses_id, x.id)))
    FROM (SELECT w.organization_id, w.id, w.reverses_id, w.amount_minor, w.currency FROM written w
        EXCEPT SELECT o.organization_id, o.id, o.reverses_id, o.amount_minor, o.currency FROM was o) x
    GROUP BY x.organization_id;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION crm.premiums_follow() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog SET enable_seqscan = off AS $$
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
        FOR r IN SELECT x.organization_id, array_agg(coalesce(x.reverses_id, x.id)) AS ids
            FROM (SELECT organization_id, id, reverses_id, amount_minor FROM written
                EXCEPT SELECT organization_id, id, reverses_id, amount_minor FROM was) x
            GROUP BY 1
        LOOP
            PERFORM crm.premiums_come_back(r.organization_id, r.ids);
        END LOOP;
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION crm.campaigns_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
SET enable_seqscan = off AS $$
DECLARE
    r record;
BEGIN
    IF NOT EXISTS (
        SELECT organization_id, id, contact_id, currency, gift_on, amount_minor, designation_project_ids, designation_minor, reverses_id,
            segment_id FROM written
        EXCEPT
        SELECT organization_id, id, contact_id, currency, gift_on, amount_minor, designation_project_ids, designation_minor, reverses_id,
            segment_id FROM was)
    THEN
        RETURN NULL;
    END IF;
    FOR r IN SELECT x.organization_id, array_agg(DISTINCT x.id) AS ids, array_agg(DISTINCT x.contact_id) AS contacts
        FROM (SELECT organization_id, id, contact_id, segment_id
            FROM (SELECT organization_id, id, contact_id, currency, gift_on, amount_minor, designation_project_ids, designation_minor,
                    reverses_id, segment_id FROM written
                UNION ALL SELECT organization_id, id, contact_id, currency, gift_on, amount_minor, designation_project_ids,
                    designation_minor, reverses_id, segment_id FROM was) y
            GROUP BY organization_id, id, contact_id, currency, gift_on, amount_minor, designation_project_ids, designation_minor,
                reverses_id, segment_id
            HAVING count(*) = 1) x
        GROUP BY x.organization_id HAVING bool_or(x.segment_id IS NOT NULL) OR crm.has_campaigns(x.organization_id)
    LOOP
        PERFORM crm.rebook_campaigns(r.organization_id, r.ids, r.contacts);
    END LOOP;
    RETURN NULL;
END
$$;

-- Of an organization that came after the last look at the tables a plan for its values would think that it has one gift.
ALTER FUNCTION crm.campaign_parts_of(bigint, bigint[]) SET plan_cache_mode = force_generic_plan SET enable_bitmapscan = off;
ALTER FUNCTION crm.rebook_campaigns(bigint, bigint[], bigint[]) SET plan_cache_mode = force_generic_plan SET enable_bitmapscan = off;
