-- A portion of the hour's requests for one process: `leased` of them, none when all are given out; `spare` are left for others then.
-- It is a fiftieth of what is left, so the last ones are given out one by one and no process sits on many. `ends` is when the hour
-- does, `at` is now, both in seconds since 1970: by the database's clock, which is the same for all processes, unless p_at says so.
CREATE FUNCTION platform_code.lease_requests(
    p_organization_id bigint, p_default int, p_at timestamptz,
    OUT per_hour int, OUT leased int, OUT spare int, OUT hour bigint, OUT at double precision
) LANGUAGE plpgsql AS $$
DECLARE
    v_row platform.rate_limit;
BEGIN
    INSERT INTO platform.rate_limit (organization_id, hour, leased) VALUES (p_organization_id, 0, 0)
    ON CONFLICT (organization_id) DO NOTHING;
    SELECT r.* INTO v_row FROM platform.rate_limit r WHERE r.organization_id = p_organization_id FOR UPDATE;
    at := extract(epoch FROM coalesce(p_at, clock_timestamp()));
    hour := floor(at / 3600);
    -- A clock that went back a little stays in the hour that has begun; one that was far ahead is believed no more.
    IF v_row.hour = hour + 1 THEN
        hour := v_row.hour;
    END IF;
    per_hour := coalesce(v_row.per_hour, p_default);
    spare := greatest(per_hour - CASE WHEN v_row.hour = hour THEN v_row.leased ELSE 0 END, 0);
    leased := least(spare, greatest(1, spare / 50));
    IF leased > 0 THEN
        UPDATE platform.rate_limit r
        SET hour = lease_requests.hour,
            leased = CASE WHEN r.hour = lease_requests.hour THEN r.leased ELSE 0 END + lease_requests.leased
        WHERE r.organization_id = p_organization_id;
        spare := spare - leased;
    END IF;
END
$$;

-- Organizations that have used up so much, of 1, of the hour that p_now is in, the most first; where none is said, the limit is
-- p_default.
CREATE FUNCTION platform_code.near_rate_limit(p_default int, p_part numeric, p_now timestamptz)
RETURNS TABLE (organization_id bigint, per_hour int, leased int)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT platform_code.require_system();
    SELECT r.organization_id, coalesce(r.per_hour, p_default), r.leased FROM platform.rate_limit r
    WHERE r.hour = floor(extract(epoch FROM p_now) / 3600)
        AND r.leased >= p_part * coalesce(r.per_hour, p_default)
    ORDER BY r.leased::numeric / coalesce(r.per_hour, p_default) DESC, r.organization_id
$$;
