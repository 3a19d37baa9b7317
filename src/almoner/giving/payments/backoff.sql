-- How many seconds to wait before what failed p_times in a row is tried again: twice as long each time, up to p_most, and up to a quarter more, by
-- p_name, so that what failed together does not come back together.
CREATE FUNCTION giving_code.backoff(p_first float8, p_times int, p_most float8, p_name text) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
    SELECT least(greatest(p_most, p_first), p_first * 2::float8 ^ least(p_times, 30)) * (1 + (hashtext(p_name || ' ' || p_times) & 1023) / 4096.0)
$$;
