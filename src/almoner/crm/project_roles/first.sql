-- needs: crm/events

-- The kinds of parts that an organization begins with, and what is told of them, in one statement.
CREATE FUNCTION crm_code.add_role_types(p_organization_id bigint, p_roles text[], p_keys text[], p_now timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_ids bigint[] := ARRAY(SELECT nextval('crm.project_role_type_id_seq') FROM unnest(p_roles));
BEGIN
    INSERT INTO crm.project_role_type (organization_id, id, role, role_key, is_enabled, created_at, modified_at)
    SELECT p_organization_id, t.id, t.role, t.key, true, p_now, p_now FROM unnest(v_ids, p_roles, p_keys) AS t (id, role, key);
    INSERT INTO crm.event (organization_id, part, key_id, kind, record_id, happened_at, version)
    SELECT p_organization_id, platform.event_part(p_organization_id, 0), 0, 'project_role_type.created', t.id, p_now, 1
    FROM unnest(v_ids) AS t (id) ORDER BY t.id;
END
$$;
