-- On which days something is due that comes again and again.

-- The day that is `p_n` periods after the first. From the first alone, so that what began on the 31st is due on the last day of shorter
-- months and on the 31st again. Bimonthly is twice a month, the second time fifteen days later.
CREATE FUNCTION crm_code.due_day(p_frequency text, p_first date, p_n int) RETURNS date LANGUAGE sql IMMUTABLE
RETURN CASE p_frequency
    WHEN 'Weekly' THEN p_first + 7 * p_n
    WHEN 'Bimonthly' THEN (p_first + (p_n / 2) * interval '1 month')::date + 15 * (p_n % 2)
    WHEN 'Monthly' THEN (p_first + p_n * interval '1 month')::date
    WHEN 'Quarterly' THEN (p_first + p_n * interval '3 months')::date
    WHEN 'Semiannually' THEN (p_first + p_n * interval '6 months')::date
    WHEN 'Annually' THEN (p_first + p_n * interval '1 year')::date
    WHEN 'Biennially' THEN (p_first + p_n * interval '2 years')::date
    ELSE p_first END;

-- The days between two that are due, both included: at most so many. What comes once is due on its day. Looked for from a period before the
-- first of the two on: of what began long ago only what is asked for is worked out.
CREATE FUNCTION crm_code.due_days(p_frequency text, p_first date, p_from date, p_until date, p_most int) RETURNS date[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(x.day ORDER BY x.day), '{}') FROM (
        SELECT DISTINCT d.day FROM (SELECT CASE p_frequency WHEN 'Weekly' THEN 7 WHEN 'Bimonthly' THEN 13 WHEN 'Monthly' THEN 28
                WHEN 'Quarterly' THEN 89 WHEN 'Semiannually' THEN 181 WHEN 'Annually' THEN 365 ELSE 730 END AS least,
            CASE p_frequency WHEN 'Weekly' THEN 7 WHEN 'Bimonthly' THEN 16 WHEN 'Monthly' THEN 31
                WHEN 'Quarterly' THEN 92 WHEN 'Semiannually' THEN 184 WHEN 'Annually' THEN 366 ELSE 731 END AS most,
            p_frequency IN ('Once', 'Custom') AS is_once) f
        CROSS JOIN LATERAL generate_series(CASE WHEN f.is_once THEN 0 ELSE greatest(0, (p_from - p_first) / f.most - 1) END,
            CASE WHEN f.is_once THEN 0 ELSE greatest(0, p_until - p_first) / f.least END) n
        CROSS JOIN LATERAL (SELECT crm_code.due_day(p_frequency, p_first, n) AS day) d
        WHERE d.day BETWEEN p_from AND p_until ORDER BY d.day LIMIT p_most) x
$$;
