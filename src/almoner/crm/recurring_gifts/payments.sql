-- needs: crm/commitments/days
--
-- The payments that recurring gifts let expect, made ahead a set at a time.

-- A payment with what came of it; the first gift that counts is told as its gift. It is open while nothing came and nobody dismissed it.
CREATE VIEW crm_code.recurring_payment WITH (security_invoker = true) AS
SELECT p.organization_id, p.id, p.recurring_gift_id, p.expected_on, p.expected_minor, p.is_expected, p.dismissed_on, a.link_id, a.came_minor,
    p.is_expected AND p.dismissed_on IS NULL AND a.link_id IS NULL AS is_open
FROM crm.recurring_gift_payment p
CROSS JOIN LATERAL (SELECT min(l.id) AS link_id, coalesce(sum(l.counted_minor), 0) AS came_minor FROM crm.applied_gift l
    WHERE l.organization_id = p.organization_id AND l.recurring_gift_payment_id = p.id AND l.counted_minor > 0) a;

-- The days on which a recurring gift is expected to be paid: from its next day on, a year ahead of today and the next one at least.
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
    RETURN crm_code.due_days(p_gift.frequency, v_first, p_gift.next_expected_on, v_until, 2000);
END
$$;

-- Let the open payments of recurring gifts, which are locked, be those that are expected now: what is not any more goes, what is new
-- comes, what stays keeps its id. What was paid or dismissed stays as it is.
CREATE FUNCTION crm_code.expect_payments(p_organization_id bigint, p_ids bigint[], p_today date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM crm.recurring_gift_payment p USING (
        SELECT crm_code.expected_days(k, p_today) AS days, k.id FROM crm.recurring_gift k
        WHERE k.organization_id = p_organization_id AND k.id = ANY (p_ids)) k
    WHERE p.organization_id = p_organization_id AND p.recurring_gift_id = k.id AND p.is_expected AND p.dismissed_on IS NULL
        AND p.expected_on <> ALL (k.days) AND NOT EXISTS (SELECT FROM crm.applied_gift a
            WHERE a.organization_id = p_organization_id AND a.recurring_gift_payment_id = p.id);
    UPDATE crm.recurring_gift_payment p SET expected_minor = k.amount_minor FROM crm.recurring_gift k
    WHERE k.organization_id = p_organization_id AND k.id = ANY (p_ids) AND p.organization_id = p_organization_id
        AND p.recurring_gift_id = k.id AND p.expected_minor <> k.amount_minor AND p.id IN (SELECT o.id FROM crm_code.recurring_payment o
            WHERE o.organization_id = p_organization_id AND o.recurring_gift_id = ANY (p_ids) AND o.is_open);
    INSERT INTO crm.recurring_gift_payment (organization_id, recurring_gift_id, expected_on, expected_minor, is_expected)
    SELECT p_organization_id, x.id, x.day, x.amount_minor, true
    FROM (SELECT k.id, k.amount_minor, unnest(crm_code.expected_days(k, p_today)) AS day FROM crm.recurring_gift k
        WHERE k.organization_id = p_organization_id AND k.id = ANY (p_ids)) x
    ON CONFLICT (organization_id, recurring_gift_id, expected_on) WHERE is_expected DO NOTHING;
END
$$;

-- Recurring gifts of the organization whose payments are expected less far ahead than they should be, at most so many, locked.
CREATE FUNCTION crm_code.look_ahead(p_organization_id bigint, p_today date, p_most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    v_ids bigint[] := ARRAY(SELECT k.id FROM crm.recurring_gift k WHERE k.organization_id = p_organization_id AND k.track_payments
        AND k.cancelled_at IS NULL AND k.next_expected_on IS NOT NULL AND coalesce(k.anticipated_end_on, 'infinity') >= crm_code.due_day(k.frequency, p_today, 1)
        AND NOT EXISTS (SELECT FROM crm.recurring_gift_payment p WHERE p.organization_id = p_organization_id
            AND p.recurring_gift_id = k.id AND p.is_expected AND p.expected_on >= crm_code.due_day(k.frequency, p_today, 1))
        ORDER BY k.id LIMIT p_most FOR NO KEY UPDATE OF k SKIP LOCKED);
BEGIN
    PERFORM crm_code.expect_payments(p_organization_id, v_ids, p_today);
    RETURN cardinality(v_ids);
END
$$;
