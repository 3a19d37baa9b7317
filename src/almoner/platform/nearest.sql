-- What a misspelt code or name may mean, to put behind the sentence that refuses it: up to three of p_choices that it is like, by the pairs of letters
-- that both have; nothing when it is like none. Of a long one its start is looked at. A look costs much, as much as there are choices: whoever refuses
-- many asks for a few, and of a thousand choices at most.
CREATE FUNCTION platform_code.nearest(p_text text, p_choices text[]) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_text text := lower(left(p_text, 60));
BEGIN
    RETURN coalesce((SELECT ' Did you mean one of these: ' || string_agg(x.choice, ', ' ORDER BY x.likeness DESC, x.choice) || '?' FROM (
        SELECT y.choice, y.likeness FROM (
            SELECT c.choice, (SELECT count(DISTINCT substr(lower(c.choice), n.n, 2)) FROM generate_series(1, length(c.choice) - 1) AS n (n)
                WHERE strpos(v_text, substr(lower(c.choice), n.n, 2)) > 0)::numeric
                / greatest(length(c.choice) - 1, length(v_text) - 1, 1) AS likeness
            FROM unnest(p_choices) AS c (choice)) y
        WHERE y.likeness >= 0.4 ORDER BY y.likeness DESC, y.choice LIMIT 3) x), '');
END
$$;
