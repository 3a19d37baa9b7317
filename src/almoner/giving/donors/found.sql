-- Donors found by free text (docs/decisions/0041): each word of it starts one of theirs, or all start those of one further e-mail address or
-- phone number, or it is the id of one.
--
-- With the owner's rights: behind row-level security no index serves these comparisons.

-- At most so many, by name: of more, those that are found first. Archived ones where p_hidden says so.
CREATE FUNCTION giving_code.donors_found(p_organization_id bigint, p_text text, p_most int, p_hidden boolean) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_asked tsquery;
    v_ids bigint[];
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    v_asked := giving_code.words_asked(p_organization_id, p_text);
    v_ids := ARRAY(SELECT m.donor_id FROM giving.donor_contact_method m WHERE m.organization_id = p_organization_id
        AND giving.donor_words(m.organization_id, NULL::text, NULL::text, NULL::text, NULL::text, CASE WHEN m.kind = 'email' THEN m.value END,
            CASE WHEN m.kind = 'phone' THEN m.value END, NULL::text, NULL::text) @@ v_asked LIMIT p_most) || giving_code.number_in(p_text);
    -- Apart: by both in one condition the planner may read all donors of the organization.
    RETURN QUERY SELECT f.id FROM (
        (SELECT d.id, d.organization_name, d.last_name, d.first_name FROM giving.donor d
            WHERE d.organization_id = p_organization_id AND (p_hidden OR NOT d.is_archived)
                AND giving.donor_words(d.organization_id, d.first_name, d.middle_name, d.last_name, d.organization_name, d.email, d.phone, d.state,
                    d.postal) @@ v_asked
            LIMIT p_most)
        UNION
        (SELECT d.id, d.organization_name, d.last_name, d.first_name FROM giving.donor d
            WHERE d.organization_id = p_organization_id AND (p_hidden OR NOT d.is_archived) AND d.id = ANY (v_ids)
            LIMIT p_most)
        LIMIT p_most) f
    ORDER BY giving_code.by_name(f.organization_name, f.last_name, f.first_name), f.id;
END
$$;

-- The whole number that a text is, if it is one that an id can be.
CREATE FUNCTION giving_code.number_in(p_text text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN btrim(p_text) ~ '^[0-9]{1,18}$' THEN btrim(p_text)::bigint END;

-- What is asked for: each word of p_text starts one of a donor's; also whole what has other signs within, as anna.smith, and all digits
-- together where there is nothing else. Null when there is no word in it.
CREATE FUNCTION giving_code.words_asked(p_organization_id bigint, p_text text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    v_sign CONSTANT text := '[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f\u00a0\u2000-\u206f\u3000]';
    v_letter CONSTANT text := '[^\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f\u00a0\u2000-\u206f\u3000]';
    v_of CONSTANT text := p_organization_id || ':';
    v_plain CONSTANT text := left(giving.plain_text(p_text), 1000);
    v_digits CONSTANT text := regexp_replace(v_plain, '[-[:space:]()+./]', '', 'g');
    v_asked tsquery;
    v_piece text;
    v_word text;
    v_words tsquery;
BEGIN
    FOREACH v_piece IN ARRAY regexp_split_to_array(btrim(v_plain, E' \t\n\r,;'), '[[:space:],;]+') LOOP
        v_words := NULL;
        IF v_piece !~ '@' THEN
            FOREACH v_word IN ARRAY regexp_split_to_array(v_piece, v_sign || '+') LOOP
                IF v_word <> '' THEN
                    v_words := coalesce(v_words && giving_code.starts_with(v_of || left(v_word, 60)), giving_code.starts_with(v_of || left(v_word, 60)));
                END IF;
            END LOOP;
        END IF;
        IF v_words IS NULL AND v_piece ~ v_letter OR v_piece ~ (v_letter || v_sign) THEN
            v_words := coalesce(v_words || giving_code.starts_with(v_of || left(v_piece, 300)), giving_code.starts_with(v_of || left(v_piece, 300)));
        END IF;
        IF v_words IS NOT NULL THEN
            v_asked := coalesce(v_asked && v_words, v_words);
        END IF;
    END LOOP;
    IF v_digits ~ '^\d{3,}$' AND v_digits <> v_plain THEN
        v_asked := v_asked || giving_code.starts_with(v_of || left(v_digits, 50));
    END IF;
    RETURN v_asked;
END
$$;

CREATE FUNCTION giving_code.starts_with(p_word text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('''' || replace(replace(p_word, '\', '\\'), '''', '''''') || ''':*')::tsquery;
