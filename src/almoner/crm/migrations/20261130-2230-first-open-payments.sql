-- older programs may run on this
--
-- The first payment of a promise that has not come, and what came of a pledge, beside the promise: what queries look for and sort by
-- (docs/decisions/0036). The database keeps them itself, whoever writes a payment or applies a gift.

ALTER TABLE crm.recurring_gift ADD COLUMN first_open_on date;
ALTER TABLE crm.pledge ADD COLUMN first_open_on date, ADD COLUMN paid_minor bigint NOT NULL DEFAULT 0;

-- Look anew at recurring gifts and pledges, which are locked first: who changes payments of the same promise at the same moment waits, and then
-- sees what came before it.
CREATE FUNCTION crm.look_for_open_payments(p_organization_id bigint, p_recurring_ids bigint[], p_pledge_ids bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF p_recurring_ids <> '{}' THEN
        PERFORM FROM crm.recurring_gift k WHERE k.organization_id = p_organization_id AND k.id = ANY (p_recurring_ids)
        ORDER BY k.id FOR NO KEY UPDATE;
        UPDATE crm.recurring_gift k SET first_open_on = n.day
        FROM (SELECT x.id, (SELECT min(e.expected_on) FROM crm.recurring_gift_payment e
                WHERE e.organization_id = p_organization_id AND e.recurring_gift_id = x.id AND e.is_expected AND e.is_scheduled
                    AND e.dismissed_on IS NULL AND NOT EXISTS (SELECT FROM crm.applied_gift a WHERE a.organization_id = p_organization_id
                        AND a.recurring_gift_payment_id = e.id AND a.counted_minor > 0)) AS day
            FROM unnest(p_recurring_ids) AS x (id)) n
        WHERE k.organization_id = p_organization_id AND k.id = n.id AND k.first_open_on IS DISTINCT FROM n.day;
    END IF;
    IF p_pledge_ids <> '{}' THEN
        PERFORM FROM crm.pledge k WHERE k.organization_id = p_organization_id AND k.id = ANY (p_pledge_ids)
        ORDER BY k.id FOR NO KEY UPDATE;
        UPDATE crm.pledge k SET first_open_on = n.day, paid_minor = n.minor
        FROM (SELECT x.id, (SELECT min(e.expected_on) FROM crm.pledge_payment e
                WHERE e.organization_id = p_organization_id AND e.pledge_id = x.id AND e.expected_minor > coalesce((
                    SELECT sum(a.counted_minor) FROM crm.applied_gift a
                    WHERE a.organization_id = p_organization_id AND a.pledge_payment_id = e.id), 0)) AS day,
                coalesce((SELECT sum(a.counted_minor) FROM crm.applied_gift a
                    WHERE a.organization_id = p_organization_id AND a.pledge_id = x.id), 0)::bigint AS minor
            FROM unnest(p_pledge_ids) AS x (id)) n
        WHERE k.organization_id = p_organization_id AND k.id = n.id
            AND (k.first_open_on, k.paid_minor) IS DISTINCT FROM (n.day, n.minor);
    END IF;
END
$$;

-- Hold what gifts, which are locked, are applied to, and what they will be: who plans payments holds the promise before what is applied to it, so whoever changes the
-- latter does too.
CREATE FUNCTION crm.hold_promises(p_organization_id bigint, p_gift_ids bigint[], p_recurring_ids bigint[], p_pledge_ids bigint[])
RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    PERFORM FROM crm.recurring_gift k WHERE k.organization_id = p_organization_id AND k.id = ANY (ARRAY(
        SELECT a.recurring_gift_id FROM crm.applied_gift a WHERE a.organization_id = p_organization_id AND a.gift_id = ANY (p_gift_ids)
            AND a.recurring_gift_id IS NOT NULL) || p_recurring_ids) ORDER BY k.id FOR NO KEY UPDATE;
    PERFORM FROM crm.pledge k WHERE k.organization_id = p_organization_id AND k.id = ANY (ARRAY(
        SELECT a.pledge_id FROM crm.applied_gift a WHERE a.organization_id = p_organization_id AND a.gift_id = ANY (p_gift_ids)
            AND a.pledge_id IS NOT NULL) || p_pledge_ids) ORDER BY k.id FOR NO KEY UPDATE;
END
$$;

-- What counts of gifts, as it was, of promises that are held.
CREATE OR REPLACE FUNCTION crm.recount_applied_gifts(p_organization_id bigint, p_gift_ids bigint[]) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off AS $$
BEGIN
    PERFORM crm.hold_promises(p_organization_id, p_gift_ids, '{}', '{}');
    UPDATE crm.applied_gift a SET counted_minor = n.counted_minor
    FROM (SELECT l.id, CASE WHEN l.currency <> g.currency THEN 0 ELSE greatest(0, least(coalesce(l.amount_minor, r.minor), r.minor
            - coalesce(sum(coalesce(l.amount_minor, r.minor)) FILTER (WHERE l.currency = g.currency) OVER (
                PARTITION BY l.gift_id, l.recurring_gift_id IS NULL, l.pledge_id IS NULL, l.gift_ask_id IS NULL, l.planned_gift_id IS NULL
                ORDER BY l.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) END AS counted_minor
        FROM crm.applied_gift l
        JOIN crm.gift g ON g.organization_id = p_organization_id AND g.id = l.gift_id
        CROSS JOIN LATERAL (SELECT g.amount_minor + coalesce(sum(v.amount_minor), 0) AS minor FROM crm.gift v
            WHERE v.organization_id = p_organization_id AND v.reverses_id = g.id) r
        WHERE l.organization_id = p_organization_id AND l.gift_id = ANY (p_gift_ids)) n
    WHERE a.organization_id = p_organization_id AND a.id = n.id AND a.counted_minor <> n.counted_minor;
END
$$;

-- Payments of recurring gifts came, went or changed; `touched` are as they are now, or as they were.
CREATE FUNCTION crm.schedules_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM crm.look_for_open_payments(t.organization_id, array_agg(DISTINCT t.recurring_gift_id), '{}')
    FROM touched t GROUP BY t.organization_id;
    RETURN NULL;
END
$$;

-- Payments of pledges did.
CREATE FUNCTION crm.plans_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM crm.look_for_open_payments(t.organization_id, '{}', array_agg(DISTINCT t.pledge_id)) FROM touched t GROUP BY t.organization_id;
    RETURN NULL;
END
$$;

-- What gifts are applied to did.
CREATE FUNCTION crm.promises_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM crm.look_for_open_payments(t.organization_id,
        coalesce(array_agg(DISTINCT t.recurring_gift_id) FILTER (WHERE t.recurring_gift_id IS NOT NULL), '{}'),
        coalesce(array_agg(DISTINCT t.pledge_id) FILTER (WHERE t.pledge_id IS NOT NULL), '{}'))
    FROM touched t GROUP BY t.organization_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER new_payments_of_schedules AFTER INSERT ON crm.recurring_gift_payment REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION crm.schedules_follow();
CREATE TRIGGER changed_payments_of_schedules AFTER UPDATE ON crm.recurring_gift_payment REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION crm.schedules_follow();
CREATE TRIGGER gone_payments_of_schedules AFTER DELETE ON crm.recurring_gift_payment REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION crm.schedules_follow();
CREATE TRIGGER new_payments_of_pledges AFTER INSERT ON crm.pledge_payment REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION crm.plans_follow();
CREATE TRIGGER changed_payments_of_pledges AFTER UPDATE ON crm.pledge_payment REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION crm.plans_follow();
CREATE TRIGGER gone_payments_of_pledges AFTER DELETE ON crm.pledge_payment REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION crm.plans_follow();
CREATE TRIGGER new_applied AFTER INSERT ON crm.applied_gift REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION crm.promises_follow();
CREATE TRIGGER changed_applied AFTER UPDATE ON crm.applied_gift REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION crm.promises_follow();
CREATE TRIGGER gone_applied AFTER DELETE ON crm.applied_gift REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION crm.promises_follow();

-- Those that are there.
UPDATE crm.recurring_gift k SET first_open_on = n.day
FROM (SELECT e.organization_id, e.recurring_gift_id AS id, min(e.expected_on) AS day FROM crm.recurring_gift_payment e
    WHERE e.is_expected AND e.is_scheduled AND e.dismissed_on IS NULL AND NOT EXISTS (SELECT FROM crm.applied_gift a
        WHERE a.organization_id = e.organization_id AND a.recurring_gift_payment_id = e.id AND a.counted_minor > 0)
    GROUP BY e.organization_id, e.recurring_gift_id) n
WHERE k.organization_id = n.organization_id AND k.id = n.id;
UPDATE crm.pledge k SET first_open_on = n.day, paid_minor = n.minor
FROM (SELECT e.organization_id, e.pledge_id AS id, min(e.expected_on) FILTER (WHERE e.expected_minor > came.minor) AS day,
        sum(came.minor)::bigint AS minor
    FROM crm.pledge_payment e CROSS JOIN LATERAL (SELECT coalesce(sum(a.counted_minor), 0) AS minor FROM crm.applied_gift a
        WHERE a.organization_id = e.organization_id AND a.pledge_payment_id = e.id) came
    GROUP BY e.organization_id, e.pledge_id) n
WHERE k.organization_id = n.organization_id AND k.id = n.id;
