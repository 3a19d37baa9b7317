-- needs: giving/payments/backoff
--
-- What becomes of intents that no gift comes of. Times are the database's: processes may disagree about theirs.

-- Payments whose gateway is to be looked at, over all tenants, for the sweeper: no more than p_each of one.
CREATE FUNCTION giving_code.due_payments(p_limit int, p_each int) RETURNS TABLE (organization_id bigint, id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    PERFORM platform_code.require_system();
    -- From organization to organization by the index: however much is due of one, it keeps nobody waiting.
    RETURN QUERY WITH RECURSIVE o (organization_id) AS (
        (SELECT i.organization_id FROM giving.payment_intent i WHERE i.look_at IS NOT NULL ORDER BY i.organization_id LIMIT 1)
        UNION ALL
        SELECT (SELECT i.organization_id FROM giving.payment_intent i WHERE i.look_at IS NOT NULL AND i.organization_id > o.organization_id
            ORDER BY i.organization_id LIMIT 1)
        FROM o WHERE o.organization_id IS NOT NULL)
    SELECT d.organization_id, d.id FROM o
    CROSS JOIN LATERAL (SELECT i.organization_id, i.id, i.look_at FROM giving.payment_intent i
        WHERE i.organization_id = o.organization_id AND i.look_at <= v_now ORDER BY i.look_at, i.id LIMIT p_each) d
    ORDER BY d.look_at, d.organization_id, d.id LIMIT p_limit;
END
$$;

-- The gateway refused. One that was asked more than once may have taken a payment before: it is looked at.
CREATE FUNCTION giving_code.decline_payment(p_organization_id bigint, p_id bigint, p_detail text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    UPDATE giving.payment_intent i SET state = CASE i.asked WHEN 1 THEN 'declined' ELSE 'cancelling' END, detail = p_detail,
        look_at = CASE WHEN i.asked > 1 THEN i.look_at END, modified_at = v_now
    WHERE i.organization_id = p_organization_id AND i.id = p_id AND i.state = 'asked';
END
$$;

-- A payment was taken, and no gift comes of it: `give` keeps only what is asked for. Where its intent has another payment's gift, the
-- gateway is looked at, and its detail tells so until that is done.
CREATE FUNCTION giving_code.give_up_payment(
    p_organization_id bigint, p_id bigint, p_transaction_id text, p_detail text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    UPDATE giving.payment_intent i SET look_at = v_now, modified_at = v_now,
        state = CASE i.state WHEN 'stored' THEN 'stored' ELSE 'cancelling' END,
        transaction_id = CASE i.state WHEN 'stored' THEN i.transaction_id ELSE p_transaction_id END, detail = p_detail
    WHERE i.organization_id = p_organization_id AND i.id = p_id AND (i.state = 'asked' OR i.transaction_id IS DISTINCT FROM p_transaction_id);
END
$$;

-- The donor's bank asks the donor first: until that is over, or long enough ago, the payment is left alone.
CREATE FUNCTION giving_code.wait_for_donor(p_organization_id bigint, p_id bigint, p_transaction_id text, p_seconds float8) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    UPDATE giving.payment_intent i SET transaction_id = p_transaction_id, modified_at = v_now,
        look_at = greatest(i.look_at, v_now + make_interval(secs => p_seconds))
    WHERE i.organization_id = p_organization_id AND i.id = p_id AND i.state = 'asked';
END
$$;

-- Whether the payment of a gift failed after it was taken, so that the gift has it no more.
CREATE FUNCTION giving_code.has_failed(p_organization_id bigint, p_gift_id bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM giving.reversal r WHERE r.organization_id = p_organization_id AND r.gift_id = p_gift_id AND r.kind = 'failure');
END
$$;

-- Whether somebody has yet to find out what became of a payment that no gift has (any more), the second one of its intent perhaps.
CREATE FUNCTION giving_code.is_open(p_intent giving.payment_intent) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN p_intent.look_at IS NOT NULL AND (p_intent.state IN ('asked', 'cancelling')
        OR p_intent.state = 'stored' AND (p_intent.detail IS NOT NULL
            OR giving_code.has_failed(p_intent.organization_id, p_intent.gift_id)));
END
$$;

-- Take over a due payment until the lease is over, which is longer each time that nothing came of the one before, up to an hour; no gift can come of it from now on, unless one has. No row: it is not due.
-- has_failed: its gift's payment failed after it was taken, so that the gift has it no more. claimed_until: when the lease is over.
CREATE FUNCTION giving_code.claim_payment(p_organization_id bigint, p_id bigint, p_lease_seconds float8)
RETURNS TABLE (id bigint, state text, gateway text, gateway_key uuid, transaction_id text, created_at timestamptz, account text,
    has_failed boolean, claimed_until timestamptz)
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    RETURN QUERY UPDATE giving.payment_intent i SET state = CASE i.state WHEN 'asked' THEN 'cancelling' ELSE i.state END,
        look_at = v_now + make_interval(secs => giving_code.backoff(p_lease_seconds, i.failed_looks, 3600, 'payment ' || i.id)),
        failed_looks = i.failed_looks + 1, modified_at = v_now
    WHERE i.organization_id = p_organization_id AND i.id = p_id AND i.look_at <= v_now
    RETURNING i.id, i.state, i.gateway, i.gateway_key, i.transaction_id, i.created_at, i.account,
        giving_code.has_failed(p_organization_id, i.gift_id), i.look_at;
END
$$;

-- The gateway was looked at, and what no gift has was given back. It may be late in knowing what it took: where a payment could
-- still turn up, it is looked for again, later each time. Where the claim is not what it was (p_claimed_until), somebody asked for a look or began one since:
-- what this one saw may be old, and that one is left to come.
CREATE FUNCTION giving_code.payment_looked_at(
    p_organization_id bigint, p_id bigint, p_claimed_until timestamptz, p_given_back text[], p_looks_max int, p_settle_seconds float8
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    UPDATE giving.payment_intent i SET given_back = i.given_back || p_given_back, looks = i.looks + 1, failed_looks = 0, modified_at = v_now
    WHERE i.organization_id = p_organization_id AND i.id = p_id AND i.state IN ('cancelling', 'cancelled', 'stored');
    UPDATE giving.payment_intent i SET state = CASE i.state WHEN 'cancelling' THEN 'cancelled' ELSE i.state END,
        detail = CASE i.state WHEN 'stored' THEN NULL ELSE i.detail END,
        look_at = CASE WHEN i.looks < p_looks_max AND (i.asked > 1 OR cardinality(i.given_back) = 0)
            THEN v_now + make_interval(secs => p_settle_seconds * 4 ^ i.looks) END
    WHERE i.organization_id = p_organization_id AND i.id = p_id AND i.state IN ('cancelling', 'cancelled', 'stored')
        AND i.look_at = p_claimed_until;
END
$$;
