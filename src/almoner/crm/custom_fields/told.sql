-- What a record has in its organization's own fields, in the order in which these were made: name, display name, type and value as
-- text. NULL when there is nothing; archived fields are left out, and what can be none of a record's values makes no page fail.
CREATE FUNCTION crm_code.told_custom_fields(p_organization_id bigint, p_values jsonb) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF p_values = '{}' OR jsonb_typeof(p_values) <> 'object' THEN
        RETURN NULL;
    END IF;
    RETURN (SELECT json_agg(json_build_object('name', f.name, 'display_name', f.display_name, 'data_type', f.data_type,
            'value', v.value #>> '{}') ORDER BY f.id)::text
        FROM jsonb_each(p_values) v
        JOIN crm.custom_field f ON f.organization_id = p_organization_id AND NOT f.is_archived
            AND f.id = CASE WHEN v.key ~ '^[0-9]{1,18}$' THEN v.key::bigint END);
END
$$;
