-- needs: giving/give/ask, giving/give/give
--
-- giving_code.take: what waits to be asked for and what waits to be written, in one round trip and one commit.

-- Those that ask come first: whoever waits for another's key holds no donor yet. `is_written` tells a row of a gift from one of an
-- intent. Arrays that are NULL have nothing to do. No lock is waited for long: whoever meets one is put aside, and the others go on.
CREATE FUNCTION giving_code.take(p_organization_id bigint, p_asks jsonb, p_gifts jsonb, p_settle_seconds float8)
RETURNS TABLE (ord int, outcome text, gift_id bigint, donor_id bigint, received_at timestamptz, project_ids bigint[],
               project_minor bigint[], project_names text[], campaign_name text, problems text, is_written boolean,
               intent_id bigint, gateway_key uuid, segment text)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan
SET lock_timeout = '100ms' AS $$
BEGIN
    IF p_asks IS NOT NULL THEN
        RETURN QUERY SELECT a.ord, a.outcome, a.gift_id, NULL::bigint, NULL::timestamptz, NULL::bigint[], NULL::bigint[],
            NULL::text[], NULL::text, a.problems, false, a.intent_id, a.gateway_key, a.segment
        FROM giving_code.ask(p_organization_id, p_asks, p_settle_seconds) a;
    END IF;
    IF p_gifts IS NOT NULL THEN
        RETURN QUERY SELECT g.ord, g.outcome, g.gift_id, g.donor_id, g.received_at, g.project_ids, g.project_minor,
            g.project_names, g.campaign_name, g.problems, true, NULL::bigint, NULL::uuid, NULL::text
        FROM giving_code.give(p_organization_id, p_gifts, false) g;
    END IF;
END
$$;
