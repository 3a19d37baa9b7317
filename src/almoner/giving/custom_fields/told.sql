-- What a donor has in its organization's own fields, in the order in which these were made: name, display name, type and value as
-- text. NULL when there is nothing; archived fields are left out, and what can be none of a donor's values makes no page fail.
CREATE FUNCTION giving_code.told_custom_fields(p_organization_id bigint, p_values jsonb) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF p_values = '{}' OR jsonb_typeof(p_values) <> 'object' THEN
        RETURN NULL;
    END IF;
    RETURN (SELECT json_agg(json_build_object('name', f.name, 'display_name', f.display_name, 'data_type', f.data_type,
            'value', v.value #>> '{}') ORDER BY f.id)::text
        FROM jsonb_each(p_values) v
        JOIN giving.custom_field f ON f.organization_id = p_organization_id AND NOT f.is_archived
            AND f.id = CASE WHEN v.key ~ '^[0-9]{1,18}$' THEN v.key::bigint END);
END
$$;

-- Those of p_more that a donor has nothing of, where its values are such at all.
CREATE FUNCTION giving_code.lacking_values(p_values jsonb, p_more jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF p_more IS NULL OR p_more = '{}' OR jsonb_typeof(p_values) <> 'object' OR jsonb_typeof(p_more) <> 'object' THEN
        RETURN '{}';
    END IF;
    RETURN p_more - ARRAY(SELECT jsonb_object_keys(p_values));
END
$$;

-- The values of a donor without those of p_filled that stand as they were filled in.
CREATE FUNCTION giving_code.without_values(p_values jsonb, p_filled jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF p_filled = '{}' OR jsonb_typeof(p_values) <> 'object' THEN
        RETURN p_values;
    END IF;
    RETURN p_values - ARRAY(SELECT f.key FROM jsonb_each(p_filled) f WHERE p_values -> f.key = f.value);
END
$$;
