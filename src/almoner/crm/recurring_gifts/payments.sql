-- needs: crm/commitments/days
--
-- The payments that recurring gifts let expect, made ahead a set at a time.

-- A payment with what came of it; the first gift that counts is told as its gift. It is open while nothing came and nobody dismissed it, and its day
-- is one of the schedule; told while it is that, or dismissed, or something came.
CREATE VIEW crm_code.recurring_payment WITH (security_invoker = true) AS
SELECT p.organization_id, p.id, p.recurring_gift_id, p.expected_on, p.expected_minor, p.is_expected, p.dismissed_on, a.link_id, a.came_minor,
    p.is_expected AND p.is_scheduled AND p.dismissed_on IS NULL AND a.link_id IS NULL AS is_open,
    p.is_expected AND (p.is_scheduled OR p.dismissed_on IS NOT NULL) OR a.link_id IS NOT NULL AS is_told
FROM crm.recurring_gift_payment p
CROSS JOIN LATERAL (SELECT min(l.id) AS link_id, coalesce(sum(l.counted_minor), 0) AS came_minor FROM crm.applied_gift l
    WHERE l.organization_id = p.organization_id AND l.recurring_gift_payment_id = p.id AND l.counted_minor > 0) a;

-- The days on which a recurring gift is expected to be paid: from its next day on, of the last thirty years, a year ahead of today and the next one at least.
-- On the days of its start where the next one is among these, so that ends of months stay, else on those of the next.
CREATE FUNCTION crm_code.expected_days(p_gift crm.recurring_gift, p_today date) RETURNS date[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_first date := p_gift.next_expected_on;
    v_until date := least(coalesce(p_gift.anticipated_end_on, 'infinity'), greatest(p_today + 366, crm_code.due_day(p_gift.frequency, p_today, 1), v_first));
BEGIN
    IF NOT p_gift.track_payments OR v_first IS NULL THEN
        RETURN '{}';
    END IF;
    IF p_gift.cancelled_at IS NOT NULL THEN
        v_until := least(v_until, p_today);
    END IF;
    IF v_first = ANY (crm_code.due_days(p_gift.frequency, p_gift.started_on, v_first, v_first, 1)) THEN
        v_first := p_gift.started_on;
    END IF;
    RETURN crm_code.due_days(p_gift.frequency, v_first, greatest(p_gift.next_expected_on, (p_today - interval '30 years')::date), v_until, 2000);
END
$$;

-- A day on which a recurring gift is expected to be paid, and how much.
CREATE TYPE crm_code.due_payment AS (recurring_gift_id bigint, day date, minor bigint);

-- Let the open payments of recurring gifts, which are locked, be those that are expected now: what is not any more goes, what is new
-- comes, what stays keeps its id. What was paid or dismissed stays as it is; a day that the schedule left is marked for when its gift goes,
-- and a payment that nobody expected goes once it has no gift. Answers of how many some came. The days are worked out once.
CREATE FUNCTION crm_code.expect_payments(p_organization_id bigint, p_ids bigint[], p_today date) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    v_due crm_code.due_payment[] := ARRAY(SELECT (k.id, d.day, k.amount_minor)::crm_code.due_payment FROM crm.recurring_gift k
        CROSS JOIN LATERAL unnest(crm_code.expected_days(k, p_today)) AS d (day)
        WHERE k.organization_id = p_organization_id AND k.id = ANY (p_ids));
BEGIN
    DELETE FROM crm.recurring_gift_payment p
    WHERE p.organization_id = p_organization_id AND p.recurring_gift_id = ANY (p_ids)
        AND (NOT p.is_expected OR p.dismissed_on IS NULL
            AND NOT EXISTS (SELECT FROM unnest(v_due) d WHERE d.recurring_gift_id = p.recurring_gift_id AND d.day = p.expected_on))
        AND NOT EXISTS (SELECT FROM crm.applied_gift a
            WHERE a.organization_id = p_organization_id AND a.recurring_gift_payment_id = p.id);
    UPDATE crm.recurring_gift_payment p SET is_scheduled = NOT p.is_scheduled
    WHERE p.organization_id = p_organization_id AND p.recurring_gift_id = ANY (p_ids) AND p.is_expected AND p.is_scheduled
        IS DISTINCT FROM EXISTS (SELECT FROM unnest(v_due) d WHERE d.recurring_gift_id = p.recurring_gift_id AND d.day = p.expected_on);
    UPDATE crm.recurring_gift_payment p SET expected_minor = k.amount_minor FROM crm.recurring_gift k
    WHERE k.organization_id = p_organization_id AND k.id = ANY (p_ids) AND p.organization_id = p_organization_id
        AND p.recurring_gift_id = k.id AND p.expected_minor <> k.amount_minor AND p.id IN (SELECT o.id FROM crm_code.recurring_payment o
            WHERE o.organization_id = p_organization_id AND o.recurring_gift_id = ANY (p_ids) AND o.is_open);
    v_due := ARRAY(SELECT d FROM unnest(v_due) d
        WHERE NOT EXISTS (SELECT FROM crm.recurring_gift_payment p WHERE p.organization_id = p_organization_id
            AND p.recurring_gift_id = d.recurring_gift_id AND p.expected_on = d.day AND p.is_expected));
    INSERT INTO crm.recurring_gift_payment (organization_id, recurring_gift_id, expected_on, expected_minor, is_expected)
    SELECT p_organization_id, d.recurring_gift_id, d.day, d.minor, true FROM unnest(v_due) d ORDER BY d.recurring_gift_id, d.day
    ON CONFLICT (organization_id, recurring_gift_id, expected_on) WHERE is_expected DO NOTHING;
    RETURN (SELECT count(DISTINCT d.recurring_gift_id) FROM unnest(v_due) d);
END
$$;

-- Recurring gifts of the organization after one, by id: at most so many whose payments are expected less far ahead than a year may
-- have to be, locked.
CREATE FUNCTION crm_code.hold_ahead(p_organization_id bigint, p_after bigint, p_today date, p_most int) RETURNS bigint[]
LANGUAGE plpgsql AS $$
BEGIN
    RETURN ARRAY(SELECT k.id FROM crm.recurring_gift k WHERE k.organization_id = p_organization_id AND k.id > p_after
        AND k.track_payments AND k.cancelled_at IS NULL AND k.next_expected_on IS NOT NULL
        AND coalesce(k.anticipated_end_on, 'infinity') >= crm_code.due_day(k.frequency, p_today, 1)
        AND NOT EXISTS (SELECT FROM crm.recurring_gift_payment p WHERE p.organization_id = p_organization_id
            AND p.recurring_gift_id = k.id AND p.is_expected AND p.expected_on >= crm_code.due_day(k.frequency, p_today, 1))
        ORDER BY k.id LIMIT p_most FOR NO KEY UPDATE OF k SKIP LOCKED);
END
$$;
