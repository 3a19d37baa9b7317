-- Donors found by free text (docs/decisions/0043): each word of it starts one of theirs, or it is the id of one.
--
-- With the owner's rights: behind row-level security no index serves these comparisons.

-- At most so many, by name: of more, those that are found first. Archived ones where p_hidden says so.
CREATE FUNCTION giving_code.donors_found(p_organization_id bigint, p_text text, p_most int, p_hidden boolean) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_asked CONSTANT tsquery := giving.words_asked(p_organization_id, p_text);
    v_id CONSTANT bigint := giving_code.number_in(p_text);
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    RETURN QUERY SELECT f.id FROM (
        SELECT d.id, lower(coalesce(d.organization_name, d.last_name, d.first_name)) AS name FROM giving.donor d
        WHERE d.organization_id = p_organization_id AND (p_hidden OR NOT d.is_archived)
            AND (giving.donor_words(d.organization_id, d.first_name, d.middle_name, d.last_name, d.organization_name, d.email, d.phone, d.state,
                d.postal) @@ v_asked OR d.id = v_id)
        LIMIT p_most) f
    ORDER BY f.name, f.id;
END
$$;

-- The whole number that a text is, if it is one that an id can be.
CREATE FUNCTION giving_code.number_in(p_text text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN btrim(p_text) ~ '^[0-9]{1,18}$' THEN btrim(p_text)::bigint END;
