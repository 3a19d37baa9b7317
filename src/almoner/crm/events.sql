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

-- A column as the wire spells it: giftDate of gift_date.
CREATE FUNCTION crm_code.wire_name(p_column text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(CASE w.n WHEN 1 THEN w.word ELSE initcap(w.word) END, '' ORDER BY w.n)
    FROM unnest(string_to_array(p_column, '_')) WITH ORDINALITY AS w (word, n)
$$;

-- What of a record is otherwise since, as it was.
CREATE FUNCTION crm_code.old_values(p_was jsonb, p_since jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_object_agg(crm_code.wire_name(w.key), w.value) FROM jsonb_each(p_was) w
    WHERE w.value IS DISTINCT FROM p_since -> w.key
$$;
