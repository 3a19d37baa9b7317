-- What a program can hold of a row: instants and days from the year 1 to the year 9999. Constraints keep others out; a restore, a repair
-- by hand or a program of another version may leave one all the same.

-- An instant, or the nearest that a program can hold in any time zone.
CREATE FUNCTION platform_code.in_time(p_instant timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN p_instant < '0001-01-02 00:00Z' THEN '0001-01-02 00:00Z'::timestamptz
        WHEN p_instant > '9999-12-30 00:00Z' THEN '9999-12-30 00:00Z'::timestamptz ELSE p_instant END;

-- The columns of a row (as to_jsonb has it) of p_table with an instant or day that no program can hold, and those of p_needed that
-- have no value; as text, null when there are none.
CREATE FUNCTION platform_code.unreadable_columns(p_table regclass, p_row jsonb, p_needed text[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT string_agg(a.attname, ', ' ORDER BY a.attnum) FROM pg_attribute a
    WHERE a.attrelid = p_table AND a.attnum > 0
        AND (p_row ->> a.attname IS NULL AND a.attname::text = ANY (p_needed)
            OR a.atttypid IN ('date'::regtype, 'timestamptz'::regtype) AND p_row ->> a.attname !~ '^[0-9]{4}-[^B]*$')
$$;
