-- needs: crm/gifts/enter, crm/queried
--
-- The systems that gifts come from, in whatever case and with whatever blanks at the ends of their names.

-- How a system that gifts come from is written here, in whatever case and with whatever blanks at its ends: as it is said first. It looks at its spellings
-- alone, one after the other, however many systems there are.
CREATE FUNCTION crm_code.spellings_of_source(p_organization_id bigint, p_source text) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(WITH RECURSIVE spelling AS (
            (SELECT g.transaction_source AS name FROM crm_code.queried_gift g
            WHERE g.organization_id = p_organization_id AND lower(btrim(g.transaction_source)) = lower(btrim(p_source))
            ORDER BY g.transaction_source LIMIT 1)
            UNION ALL
            SELECT (SELECT g.transaction_source FROM crm_code.queried_gift g
                WHERE g.organization_id = p_organization_id AND lower(btrim(g.transaction_source)) = lower(btrim(p_source))
                    AND g.transaction_source > s.name ORDER BY g.transaction_source LIMIT 1)
            FROM spelling s WHERE s.name IS NOT NULL
        )
        SELECT s.name FROM spelling s WHERE s.name IS NOT NULL ORDER BY s.name <> p_source, s.name);
END
$$;

-- The spellings of each source that gifts say, by what is said.
CREATE FUNCTION crm_code.sources_of_entries(p_organization_id bigint, p_gifts crm_code.entered_gift[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_object_agg(s.source, crm_code.spellings_of_source(p_organization_id, s.source))
        FROM (SELECT DISTINCT g.source FROM unnest(p_gifts) g WHERE g.source IS NOT NULL) s);
END
$$;

-- The spellings of sources as `sources_of_entries` finds them, and the names of systems that nothing came from yet held until the transaction
-- ends: whoever writes one in another case at the same moment waits, and finds it.
CREATE FUNCTION crm_code.hold_new_sources(p_organization_id bigint, p_gifts crm_code.entered_gift[]) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    v_sources jsonb := crm_code.sources_of_entries(p_organization_id, p_gifts);
    v_names text[] := ARRAY(SELECT DISTINCT lower(btrim(e.key)) FROM jsonb_each(v_sources) e WHERE e.value = '[]' ORDER BY 1);
    v_name text;
BEGIN
    IF v_names = '{}' THEN
        RETURN v_sources;
    END IF;
    FOREACH v_name IN ARRAY v_names LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended(format('crm.gift source %s %s', p_organization_id, v_name), 0));
    END LOOP;
    RETURN crm_code.sources_of_entries(p_organization_id, p_gifts);
END
$$;
