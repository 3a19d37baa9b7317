-- older programs may run on this
--
-- Donors are found by the start of any of the first four words of their names: the first name's, the last name's, the organization's.

-- The n-th word of a donor's names, in small letters; null where there is none.
CREATE FUNCTION giving.name_word(p_first_name text, p_last_name text, p_organization_name text, p_n int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN nullif(split_part(lower(ltrim(regexp_replace(coalesce(p_first_name, '') || ' ' ||
    coalesce(p_last_name, '') || ' ' || coalesce(p_organization_name, ''), '\s+', ' ', 'g'))), ' ', p_n), '');
