-- older programs may run on this
--
-- Donors are found by the start of any of the first four words of their names: the first name's, the last name's, the organization's.

-- The n-th word of a donor's names, in small letters; null where there is none.
CREATE FUNCTION giving.name_word(p_first_name text, p_last_name text, p_organization_name text, p_n int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN nullif(split_part(lower(ltrim(regexp_replace(coalesce(p_first_name, '') || ' ' ||
    coalesce(p_last_name, '') || ' ' || coalesce(p_organization_name, ''), '\s+', ' ', 'g'))), ' ', p_n), '');

DROP INDEX giving.donor_name;
CREATE INDEX donor_word_1 ON giving.donor
    (organization_id, giving.name_word(first_name, last_name, organization_name, 1) text_pattern_ops);
CREATE INDEX donor_word_2 ON giving.donor
    (organization_id, giving.name_word(first_name, last_name, organization_name, 2) text_pattern_ops);
CREATE INDEX donor_word_3 ON giving.donor
    (organization_id, giving.name_word(first_name, last_name, organization_name, 3) text_pattern_ops)
    WHERE giving.name_word(first_name, last_name, organization_name, 3) IS NOT NULL;
CREATE INDEX donor_word_4 ON giving.donor
    (organization_id, giving.name_word(first_name, last_name, organization_name, 4) text_pattern_ops)
    WHERE giving.name_word(first_name, last_name, organization_name, 4) IS NOT NULL;
