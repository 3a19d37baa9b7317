-- Donors of whose names each of these words, in small letters, starts a word; at most so many, by name. The longest of them is looked
-- up among the first four words of every name: what starts with it lies between it and it with the last of all letters behind it.
--
-- With the owner's rights: behind row-level security no comparison of names is one that an index can serve.
CREATE FUNCTION giving_code.donors_by_words(p_organization_id bigint, p_words text[], p_most int) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_from text;
    v_to text;
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    v_from := (SELECT w FROM unnest(p_words) w ORDER BY length(w) DESC, w LIMIT 1);
    v_to := v_from || chr(1114111);
    RETURN QUERY SELECT f.id FROM (
        (SELECT d.id, d.first_name, d.last_name, d.organization_name FROM giving.donor d
        WHERE d.organization_id = p_organization_id
            AND giving.name_word(d.first_name, d.last_name, d.organization_name, 1) ~>=~ v_from
            AND giving.name_word(d.first_name, d.last_name, d.organization_name, 1) ~<~ v_to
            AND (SELECT bool_and(strpos(lower(concat_ws(' ', '', d.first_name, d.last_name, d.organization_name)), ' ' || w) > 0)
                FROM unnest(p_words) w)
        ORDER BY giving.name_word(d.first_name, d.last_name, d.organization_name, 1) USING ~<~ LIMIT p_most)
        UNION
        (SELECT d.id, d.first_name, d.last_name, d.organization_name FROM giving.donor d
        WHERE d.organization_id = p_organization_id
            AND giving.name_word(d.first_name, d.last_name, d.organization_name, 2) ~>=~ v_from
            AND giving.name_word(d.first_name, d.last_name, d.organization_name, 2) ~<~ v_to
            AND (SELECT bool_and(strpos(lower(concat_ws(' ', '', d.first_name, d.last_name, d.organization_name)), ' ' || w) > 0)
                FROM unnest(p_words) w)
        ORDER BY giving.name_word(d.first_name, d.last_name, d.organization_name, 2) USING ~<~ LIMIT p_most)
        UNION
        (SELECT d.id, d.first_name, d.last_name, d.organization_name FROM giving.donor d
        WHERE d.organization_id = p_organization_id
            AND giving.name_word(d.first_name, d.last_name, d.organization_name, 3) ~>=~ v_from
            AND giving.name_word(d.first_name, d.last_name, d.organization_name, 3) ~<~ v_to
            AND (SELECT bool_and(strpos(lower(concat_ws(' ', '', d.first_name, d.last_name, d.organization_name)), ' ' || w) > 0)
                FROM unnest(p_words) w)
        ORDER BY giving.name_word(d.first_name, d.last_name, d.organization_name, 3) USING ~<~ LIMIT p_most)
        UNION
        (SELECT d.id, d.first_name, d.last_name, d.organization_name FROM giving.donor d
        WHERE d.organization_id = p_organization_id
            AND giving.name_word(d.first_name, d.last_name, d.organization_name, 4) ~>=~ v_from
            AND giving.name_word(d.first_name, d.last_name, d.organization_name, 4) ~<~ v_to
            AND (SELECT bool_and(strpos(lower(concat_ws(' ', '', d.first_name, d.last_name, d.organization_name)), ' ' || w) > 0)
                FROM unnest(p_words) w)
        ORDER BY giving.name_word(d.first_name, d.last_name, d.organization_name, 4) USING ~<~ LIMIT p_most)) f
    ORDER BY lower(coalesce(f.organization_name, f.last_name, f.first_name)), f.id LIMIT p_most;
END
$$;
