-- What donors are sorted by where they are sorted by name (`by_name` in giving/donors/words.py). The planner writes it out: it costs no call.
CREATE FUNCTION giving_code.by_name(p_organization_name text, p_last_name text, p_first_name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(coalesce(p_organization_name, p_last_name, p_first_name));
