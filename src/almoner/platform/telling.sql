-- What a program can hold of a row: instants and days from the year 1 to the year 9999. Constraints keep others out; a restore, a repair
-- by hand or a program of another version may leave one all the same.

-- An instant, or the nearest that a program can hold in any time zone.
CREATE FUNCTION platform_code.in_time(p_instant timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN p_instant < '0001-01-02 00:00Z' THEN '0001-01-02 00:00Z'::timestamptz
        WHEN p_instant > '9999-12-30 00:00Z' THEN '9999-12-30 00:00Z'::timestamptz ELSE p_instant END;

-- Whether a program can hold it: the one bound of all that asks. A day is bounded by the first and the last year alone.
CREATE FUNCTION platform_code.can_be_told(p_instant timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN p_instant BETWEEN '0001-01-02 00:00Z' AND '9999-12-30 00:00Z';
CREATE FUNCTION platform_code.can_be_told(p_day date) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN p_day BETWEEN '0001-01-01' AND '9999-12-31';
