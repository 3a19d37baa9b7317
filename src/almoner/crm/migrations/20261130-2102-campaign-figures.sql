-- The database keeps what campaigns were given in step with gifts, projects and memberships, whoever writes them: docs/decisions/0029.
-- What stands here is called by triggers, before there is any code.

-- The segment of a gift follows its code, whoever writes it. A code that its source sent and that a segment had until it was given another
-- leaves the gift where it is.
CREATE FUNCTION crm.segment_follows_code() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
SET enable_seqscan = off AS $$
DECLARE
    v_id bigint := (SELECT s.id FROM crm.segment s WHERE s.organization_id = NEW.organization_id
        AND lower(s.code) = lower(NEW.segment_code) ORDER BY s.id LIMIT 1);
BEGIN
    IF v_id IS NULL AND TG_OP = 'UPDATE' AND NEW.segment_code = OLD.origin ->> 'segmentCode' THEN
        NEW.segment_id := OLD.segment_id;
        NEW.segment_code := CASE WHEN OLD.segment_id IS NULL THEN NEW.segment_code ELSE OLD.segment_code END;
    ELSE
        NEW.segment_id := v_id;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER new_gift_segment BEFORE INSERT ON crm.gift
    FOR EACH ROW WHEN (NEW.segment_code IS NOT NULL) EXECUTE FUNCTION crm.segment_follows_code();
CREATE TRIGGER changed_gift_segment BEFORE UPDATE OF segment_code ON crm.gift
    FOR EACH ROW WHEN (NEW.segment_code IS NOT NULL OR OLD.segment_id IS NOT NULL) EXECUTE FUNCTION crm.segment_follows_code();

-- A slot that no other open transaction writes figures in, as platform_code.own_slot finds it.
CREATE FUNCTION crm.figure_slot(p_organization_id bigint) RETURNS smallint LANGUAGE plpgsql AS $$
DECLARE
    v_first int := pg_backend_pid() & 15;
    v_key int := hashint8(p_organization_id) # 1129467216 # 1;
BEGIN
    FOR n IN 0..15 LOOP
        IF pg_try_advisory_xact_lock(v_key, (v_first + n) & 15) THEN
            RETURN (v_first + n) & 15;
        END IF;
    END LOOP;
    PERFORM pg_advisory_xact_lock(v_key, v_first);
    RETURN v_first;
END
$$;

-- The first gift of all of each of these contacts.
CREATE FUNCTION crm.first_gifts_of(p_organization_id bigint, p_contact_ids bigint[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
    RETURN ARRAY(SELECT f.id FROM (SELECT DISTINCT i.id FROM unnest(p_contact_ids) AS i (id)) c
        CROSS JOIN LATERAL (SELECT k.id FROM crm.gift k WHERE k.organization_id = p_organization_id AND k.contact_id = c.id
            AND k.reverses_id IS NULL ORDER BY k.gift_on, k.id LIMIT 1) f);
END
$$;

-- What these gifts are in campaigns, as everything stands. One that takes another back goes where that went: by its day and its segment.
-- A giver is new where the contact's first gift of all is.
CREATE FUNCTION crm.campaign_parts_of(p_organization_id bigint, p_gift_ids bigint[]) RETURNS SETOF crm.campaign_part
LANGUAGE plpgsql STABLE SET search_path = pg_catalog SET enable_seqscan = off AS $$
DECLARE
    v_first bigint[] := crm.first_gifts_of(p_organization_id, ARRAY(SELECT DISTINCT g.contact_id FROM unnest(p_gift_ids) AS i (id)
        JOIN crm.gift g ON g.organization_id = p_organization_id AND g.id = i.id));
BEGIN
    RETURN QUERY
    SELECT p_organization_id, g.id, m.campaign_id, m.by_segment, g.contact_id, g.currency::text, g.gift_on, m.minor,
        (g.reverses_id IS NULL)::int::smallint, (NOT m.by_segment AND f.id IS NOT NULL)::int::smallint
    FROM unnest(p_gift_ids) AS i (id)
    JOIN crm.gift g ON g.organization_id = p_organization_id AND g.id = i.id
    LEFT JOIN crm.gift o ON o.organization_id = p_organization_id AND o.id = g.reverses_id
    LEFT JOIN unnest(v_first) AS f (id) ON f.id = i.id
    CROSS JOIN LATERAL (
        SELECT r.campaign_id, false AS by_segment, sum(s.minor)::bigint AS minor
        FROM unnest(g.designation_project_ids, g.designation_minor) AS s (project_id, minor)
        JOIN crm.campaign_reach r ON r.organization_id = p_organization_id AND r.project_id = s.project_id
            AND r.from_on <= coalesce(o.gift_on, g.gift_on) AND r.before_on > coalesce(o.gift_on, g.gift_on)
        GROUP BY r.campaign_id
        UNION ALL
        SELECT c.campaign_id, true, g.amount_minor FROM crm.segment s
        JOIN crm.communication c ON c.organization_id = p_organization_id AND c.id = s.communication_id
        WHERE s.organization_id = p_organization_id AND s.id = CASE WHEN o.id IS NULL THEN g.segment_id ELSE o.segment_id END
    ) m;
END
$$;

-- Let campaigns follow gifts that were just written, changed or deleted, whose contacts (locked, of before and since) may have another first
-- gift by that. Called by triggers alone, with their rights.
CREATE FUNCTION crm.rebook_campaigns(p_organization_id bigint, p_gift_ids bigint[], p_contact_ids bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog SET enable_seqscan = off AS $$
DECLARE
    v_ids bigint[];
    v_old crm.campaign_part[];
    v_new crm.campaign_part[];
    v_gone crm.campaign_part[];
    v_come crm.campaign_part[];
    v_slot smallint;
BEGIN
    v_ids := ARRAY(SELECT i.id FROM unnest(p_gift_ids) AS i (id)
        UNION SELECT v.id FROM unnest(p_gift_ids) AS i (id)
            JOIN crm.gift v ON v.organization_id = p_organization_id AND v.reverses_id = i.id
        UNION SELECT p.gift_id FROM unnest(p_contact_ids) AS c (id)
            JOIN crm.campaign_part p ON p.organization_id = p_organization_id AND p.contact_id = c.id AND p.giver_count > 0
        UNION SELECT f.id FROM unnest(crm.first_gifts_of(p_organization_id, p_contact_ids)) AS f (id));
    v_old := ARRAY(SELECT p FROM unnest(v_ids) AS i (id)
        JOIN crm.campaign_part p ON p.organization_id = p_organization_id AND p.gift_id = i.id);
    v_new := ARRAY(SELECT p FROM crm.campaign_parts_of(p_organization_id, v_ids) p);
    v_gone := ARRAY(SELECT p FROM unnest(v_old) p EXCEPT SELECT p FROM unnest(v_new) p);
    v_come := ARRAY(SELECT p FROM unnest(v_new) p EXCEPT SELECT p FROM unnest(v_old) p);
    IF v_gone = '{}' AND v_come = '{}' THEN
        RETURN;
    END IF;
    DELETE FROM crm.campaign_part p USING unnest(v_gone) x
    WHERE p.organization_id = p_organization_id AND p.gift_id = x.gift_id AND p.campaign_id = x.campaign_id
        AND p.by_segment = x.by_segment;
    INSERT INTO crm.campaign_part SELECT x.* FROM unnest(v_come) x;
    v_slot := crm.figure_slot(p_organization_id);
    INSERT INTO crm.campaign_giving AS t (organization_id, campaign_id, by_segment, gift_on, currency, slot, given_minor,
        gift_count, giver_count)
    SELECT p_organization_id, x.campaign_id, x.by_segment, x.gift_on, x.currency, v_slot, sum(x.sign * x.amount_minor),
        sum(x.sign * x.gift_count), sum(x.sign * x.giver_count)
    FROM (SELECT -1 AS sign, o.* FROM unnest(v_gone) o UNION ALL SELECT 1, n.* FROM unnest(v_come) n) x
    GROUP BY x.campaign_id, x.by_segment, x.gift_on, x.currency
    HAVING sum(x.sign * x.amount_minor) <> 0 OR sum(x.sign * x.gift_count) <> 0 OR sum(x.sign * x.giver_count) <> 0
    ORDER BY x.campaign_id, x.by_segment, x.gift_on, x.currency
    ON CONFLICT (organization_id, campaign_id, by_segment, gift_on, currency, slot) DO UPDATE
    SET given_minor = t.given_minor + excluded.given_minor, gift_count = t.gift_count + excluded.gift_count,
        giver_count = t.giver_count + excluded.giver_count;
END
$$;

-- Whether gifts of the organization are, or were a moment ago, in campaigns by their projects.
CREATE FUNCTION crm.has_campaigns(p_organization_id bigint) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
BEGIN
    RETURN EXISTS (SELECT FROM crm.campaign_reach k WHERE k.organization_id = p_organization_id)
        OR EXISTS (SELECT FROM crm.campaign_pending k WHERE k.organization_id = p_organization_id);
END
$$;

CREATE FUNCTION crm.campaigns_take() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
SET enable_seqscan = off AS $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT w.organization_id, array_agg(w.id) AS ids, array_agg(DISTINCT w.contact_id) AS contacts FROM written w
        GROUP BY w.organization_id
    LOOP
        IF crm.has_campaigns(r.organization_id)
            OR EXISTS (SELECT FROM written w WHERE w.organization_id = r.organization_id AND w.segment_id IS NOT NULL)
        THEN
            PERFORM crm.rebook_campaigns(r.organization_id, r.ids, r.contacts);
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE FUNCTION crm.campaigns_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
SET enable_seqscan = off AS $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT w.organization_id, array_agg(w.id) AS ids, array_agg(w.contact_id) || array_agg(o.contact_id) AS contacts
        FROM written w JOIN was o ON o.organization_id = w.organization_id AND o.id = w.id
        WHERE (w.contact_id, w.currency, w.gift_on, w.amount_minor, w.designation_project_ids, w.designation_minor, w.reverses_id,
                w.segment_id) IS DISTINCT FROM (o.contact_id, o.currency, o.gift_on, o.amount_minor, o.designation_project_ids,
                o.designation_minor, o.reverses_id, o.segment_id)
            AND (w.segment_id IS NOT NULL OR o.segment_id IS NOT NULL
                OR crm.has_campaigns(w.organization_id))
        GROUP BY w.organization_id
    LOOP
        PERFORM crm.rebook_campaigns(r.organization_id, r.ids, r.contacts);
    END LOOP;
    RETURN NULL;
END
$$;

CREATE FUNCTION crm.campaigns_lose() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
SET enable_seqscan = off AS $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT o.organization_id, array_agg(o.id) AS ids, array_agg(DISTINCT o.contact_id) AS contacts FROM was o
        GROUP BY o.organization_id
    LOOP
        PERFORM crm.rebook_campaigns(r.organization_id, r.ids, r.contacts);
    END LOOP;
    RETURN NULL;
END
$$;

CREATE TRIGGER new_gift_campaigns AFTER INSERT ON crm.gift REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.campaigns_take();
CREATE TRIGGER changed_gift_campaigns AFTER UPDATE ON crm.gift REFERENCING OLD TABLE AS was NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.campaigns_follow();
CREATE TRIGGER gone_gift_campaigns AFTER DELETE ON crm.gift REFERENCING OLD TABLE AS was
    FOR EACH STATEMENT EXECUTE FUNCTION crm.campaigns_lose();

-- The campaigns that reach these projects: their own and those of all that they are or were below, each for as long as both hold.
CREATE FUNCTION crm.campaign_reach_of(p_organization_id bigint, p_project_ids bigint[]) RETURNS SETOF crm.campaign_reach
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
BEGIN
    RETURN QUERY
    WITH RECURSIVE up (project_id, ancestor_id, from_on, before_on) AS (
        SELECT i.id, i.id, '0001-01-01'::date, 'infinity'::date FROM unnest(p_project_ids) AS i (id)
        UNION
        SELECT u.project_id, e.parent_id, greatest(u.from_on, e.from_on), least(u.before_on, e.before_on)
        FROM up u
        CROSS JOIN LATERAL (
            SELECT h.parent_id, h.from_on, coalesce(lead(h.from_on) OVER (ORDER BY h.from_on), 'infinity'::date) AS before_on
            FROM crm.project_parent h WHERE h.organization_id = p_organization_id AND h.project_id = u.ancestor_id
            UNION ALL
            SELECT p.parent_id, '0001-01-01'::date, 'infinity'::date FROM crm.project p
            WHERE p.organization_id = p_organization_id AND p.id = u.ancestor_id AND NOT EXISTS (SELECT FROM crm.project_parent h
                WHERE h.organization_id = p_organization_id AND h.project_id = u.ancestor_id)
        ) e
        WHERE e.parent_id IS NOT NULL AND e.from_on < u.before_on AND e.before_on > u.from_on
    ), spans AS (
        SELECT u.project_id, m.campaign_id, range_agg(daterange(greatest(u.from_on, coalesce(m.from_on, '0001-01-01'::date)),
            least(u.before_on, coalesce(m.until_on + 1, 'infinity'::date)), '[)')) AS days
        FROM up u
        JOIN crm.campaign_project m ON m.organization_id = p_organization_id AND m.project_id = u.ancestor_id
        WHERE greatest(u.from_on, coalesce(m.from_on, '0001-01-01'::date)) < least(u.before_on, coalesce(m.until_on + 1, 'infinity'::date))
        GROUP BY u.project_id, m.campaign_id
    )
    SELECT p_organization_id, s.project_id, s.campaign_id, lower(d.span), upper(d.span)
    FROM spans s CROSS JOIN LATERAL unnest(s.days) AS d (span);
END
$$;

-- Let reach follow what these projects are below, or in, and note the projects and days that are otherwise since, for `follow_campaigns`. Nobody
-- writes gifts of these projects meanwhile.
CREATE FUNCTION crm.reach_anew(p_organization_id bigint, p_project_ids bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog SET enable_seqscan = off AS $$
DECLARE
    v_old crm.campaign_reach[];
    v_new crm.campaign_reach[];
BEGIN
    v_old := ARRAY(SELECT r FROM crm.campaign_reach r WHERE r.organization_id = p_organization_id AND r.project_id = ANY (p_project_ids));
    v_new := ARRAY(SELECT r FROM crm.campaign_reach_of(p_organization_id, p_project_ids) r);
    DELETE FROM crm.campaign_reach r WHERE r.organization_id = p_organization_id AND r.project_id = ANY (p_project_ids);
    INSERT INTO crm.campaign_reach SELECT r.* FROM unnest(v_new) r;
    INSERT INTO crm.campaign_pending AS t (organization_id, campaign_id, project_id, from_on, before_on, after_id, seen_count,
        designation_count)
    SELECT p_organization_id, c.campaign_id, c.project_id, lower(c.days), upper(c.days), 0, 0, d.n
    FROM (
        SELECT x.campaign_id, x.project_id, range_merge((x.was - x.since) + (x.since - x.was)) AS days
        FROM (SELECT k.campaign_id, k.project_id,
                coalesce(range_agg(daterange(k.from_on, k.before_on)) FILTER (WHERE NOT k.new), '{}') AS was,
                coalesce(range_agg(daterange(k.from_on, k.before_on)) FILTER (WHERE k.new), '{}') AS since
            FROM (SELECT false AS new, o.* FROM unnest(v_old) o UNION ALL SELECT true, n.* FROM unnest(v_new) n) k
            GROUP BY k.campaign_id, k.project_id) x
        WHERE x.was <> x.since
    ) c
    CROSS JOIN LATERAL (SELECT coalesce(sum(y.designation_count), 0) AS n FROM crm.designation_tally y
        WHERE y.organization_id = p_organization_id AND y.project_id = c.project_id) d
    WHERE d.n > 0
    ON CONFLICT (organization_id, campaign_id, project_id) DO UPDATE SET from_on = least(t.from_on, excluded.from_on),
        before_on = greatest(t.before_on, excluded.before_on), after_id = 0, seen_count = 0, designation_count = excluded.designation_count;
END
$$;

-- Let gifts follow their projects into campaigns and out of them: so many of the designations that wait, and a look at sixteen times as
-- many of other days; the smallest projects first. Answers whether there are more. The tree is held alone by whoever calls.
CREATE FUNCTION crm.follow_campaigns(p_organization_id bigint, p_most int) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    r crm.campaign_pending;
    v_left numeric := p_most;
    v_last bigint;
    v_seen bigint;
    v_gifts bigint[];
BEGIN
    WHILE v_left > 0 LOOP
        SELECT * INTO r FROM crm.campaign_pending k WHERE k.organization_id = p_organization_id
        ORDER BY k.designation_count, k.campaign_id, k.project_id LIMIT 1;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        SELECT max(x.id), count(*), coalesce(array_agg(DISTINCT x.gift_id) FILTER (WHERE x.follows), '{}') INTO v_last, v_seen, v_gifts
        FROM (SELECT s.*, count(*) FILTER (WHERE s.follows) OVER (ORDER BY s.id) AS n
            FROM (SELECT d.id, d.gift_id, d.gift_on >= r.from_on AND d.gift_on < r.before_on AS follows FROM crm.designation d
                WHERE d.organization_id = p_organization_id AND d.project_id = r.project_id AND d.id > r.after_id
                ORDER BY d.id LIMIT 16 * p_most) s) x
        WHERE x.n <= greatest(v_left, 1);
        IF v_gifts <> '{}' THEN
            PERFORM crm.rebook_campaigns(p_organization_id, v_gifts, '{}');
        END IF;
        v_left := v_left - cardinality(v_gifts) - v_seen / 16.0;
        IF v_seen = 0 THEN
            DELETE FROM crm.campaign_pending k
            WHERE k.organization_id = p_organization_id AND k.campaign_id = r.campaign_id AND k.project_id = r.project_id;
        ELSE
            UPDATE crm.campaign_pending k SET after_id = v_last, seen_count = k.seen_count + v_seen
            WHERE k.organization_id = p_organization_id AND k.campaign_id = r.campaign_id AND k.project_id = r.project_id;
        END IF;
    END LOOP;
    RETURN EXISTS (SELECT FROM crm.campaign_pending k WHERE k.organization_id = p_organization_id);
END
$$;

-- Let reach follow these projects, and campaigns as many of their gifts as follow in a moment; the others come later (crm_code.follow_campaigns).
CREATE FUNCTION crm.reach_campaigns(p_organization_id bigint, p_project_ids bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    PERFORM crm.reach_anew(p_organization_id, p_project_ids);
    PERFORM crm.follow_campaigns(p_organization_id, 500);
END
$$;

-- Of projects that were made: below others from the first day there is. They have no gifts yet.
CREATE FUNCTION crm.campaigns_reach_new() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT w.organization_id, array_agg(w.id) AS ids FROM written w WHERE w.parent_id IS NOT NULL GROUP BY w.organization_id LOOP
        PERFORM crm.reach_anew(r.organization_id, r.ids);
    END LOOP;
    RETURN NULL;
END
$$;

-- Of projects that moved, with all that is below them; the tree is held by whoever moves them.
CREATE FUNCTION crm.campaigns_reach_moved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT w.organization_id, array_agg(DISTINCT a.project_id) AS ids FROM written w
        JOIN crm.project_ancestor a ON a.organization_id = w.organization_id AND a.ancestor_id = w.project_id
        GROUP BY w.organization_id
    LOOP
        PERFORM crm.reach_campaigns(r.organization_id, r.ids);
    END LOOP;
    RETURN NULL;
END
$$;

-- Of projects that came into a campaign or left it, with all that is or ever was below them. Who writes gifts holds the tree, so it is
-- held alone here, as for a move.
CREATE FUNCTION crm.campaign_reaches_anew() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT w.organization_id, array_agg(DISTINCT w.project_id) AS ids FROM written w GROUP BY w.organization_id LOOP
        PERFORM pg_advisory_xact_lock(hashint8(r.organization_id) # 1129467216 # 1, 16);
        PERFORM crm.reach_campaigns(r.organization_id, ARRAY(
            WITH RECURSIVE down (id) AS (
                SELECT i.id FROM unnest(r.ids) AS i (id)
                UNION
                SELECT e.id FROM down
                JOIN (SELECT p.id, p.parent_id FROM crm.project p WHERE p.organization_id = r.organization_id
                      UNION SELECT h.project_id, h.parent_id FROM crm.project_parent h
                      WHERE h.organization_id = r.organization_id) e ON e.parent_id = down.id
            ) SELECT down.id FROM down));
    END LOOP;
    RETURN NULL;
END
$$;

CREATE TRIGGER new_project_campaigns AFTER INSERT ON crm.project REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.campaigns_reach_new();
CREATE TRIGGER moved_project_campaigns AFTER INSERT ON crm.project_parent REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.campaigns_reach_moved();
CREATE TRIGGER moved_again_project_campaigns AFTER UPDATE ON crm.project_parent REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.campaigns_reach_moved();
CREATE TRIGGER new_campaign_project AFTER INSERT ON crm.campaign_project REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.campaign_reaches_anew();
CREATE TRIGGER changed_campaign_project AFTER UPDATE ON crm.campaign_project REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.campaign_reaches_anew();
CREATE TRIGGER gone_campaign_project AFTER DELETE ON crm.campaign_project REFERENCING OLD TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.campaign_reaches_anew();
