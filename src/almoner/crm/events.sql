-- The one way an event comes into the log of crm, beside the functions that write its hot records.
CREATE FUNCTION crm_code.append_event(
    p_organization_id bigint, p_key_id bigint, p_kind text, p_record_id bigint, p_happened_at timestamptz,
    p_version int DEFAULT 1, p_data jsonb DEFAULT NULL
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO crm.event (organization_id, part, key_id, kind, record_id, happened_at,
        version, data)
    VALUES (p_organization_id, platform.event_part(p_organization_id, p_key_id), p_key_id, p_kind, p_record_id,
        p_happened_at, p_version, p_data);
END
$$;
