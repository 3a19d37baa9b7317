-- Which organization has which account at Stripe, over all tenants: on the first server alone.

-- Whether another organization has one of these names.
CREATE FUNCTION giving_code.are_stripe_names_taken(p_claimant_id bigint, p_names text[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_system();
    RETURN EXISTS (SELECT FROM giving.stripe_claim c WHERE c.name = ANY (p_names) AND c.organization_id <> p_claimant_id);
END
$$;

-- Claim names for an organization; false when another one has one of them, and nothing may be kept then. Who claims the same meanwhile waits, and
-- names are taken in one order by everybody. A name that it has already is claimed anew, as of p_now.
CREATE FUNCTION giving_code.claim_stripe_names(p_claimant_id bigint, p_names text[], p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_system();
    INSERT INTO giving.stripe_claim (name, organization_id, claimed_at)
    SELECT n.name, p_claimant_id, p_now FROM unnest(p_names) AS n (name) ORDER BY n.name
    ON CONFLICT (name) DO UPDATE SET claimed_at = excluded.claimed_at WHERE stripe_claim.organization_id = excluded.organization_id;
    RETURN NOT giving_code.are_stripe_names_taken(p_claimant_id, p_names);
END
$$;

-- Organizations that have one of these names, and claimed it before p_before; but for the one that asks.
CREATE FUNCTION giving_code.stripe_claimants(p_claimant_id bigint, p_names text[], p_before timestamptz) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_system();
    RETURN ARRAY(SELECT DISTINCT c.organization_id FROM giving.stripe_claim c
        WHERE c.name = ANY (p_names) AND c.organization_id <> p_claimant_id AND c.claimed_at < p_before ORDER BY 1);
END
$$;

-- An organization that has no such account has no claim any more to these names, unless it claimed them since p_before.
CREATE FUNCTION giving_code.drop_stripe_claims(p_claimant_id bigint, p_names text[], p_before timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_system();
    DELETE FROM giving.stripe_claim c WHERE c.organization_id = p_claimant_id AND c.name = ANY (p_names) AND c.claimed_at < p_before;
END
$$;

-- The names that an organization has claimed.
CREATE FUNCTION giving_code.claimed_stripe_names(p_claimant_id bigint) RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_system();
    RETURN ARRAY(SELECT c.name FROM giving.stripe_claim c WHERE c.organization_id = p_claimant_id ORDER BY c.name);
END
$$;

-- An organization has no claim any more but to these names.
CREATE FUNCTION giving_code.keep_stripe_names(p_claimant_id bigint, p_names text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_system();
    DELETE FROM giving.stripe_claim c WHERE c.organization_id = p_claimant_id AND c.name <> ALL (p_names);
END
$$;
