-- older programs may run on this
--
-- Donors are found as one types, by the starts of words in any order: what a word is, the same in the index and in what is asked.
-- docs/decisions/0043-finding-donors.md

-- A text as it is compared: small letters without accents, and without apostrophes.
CREATE FUNCTION giving.plain_text(p_text text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN octet_length(p_text) = length(p_text) THEN replace(lower(p_text), '''', '')
    ELSE translate(replace(replace(replace(lower(regexp_replace(normalize(p_text, NFKD), U&'[\0300-\036F]', '', 'g')),
        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), U&'øłđı''\2019', 'oldi') END;

-- The words by which a donor is found, each with the organization before it: no two organizations have one in common. Names, state and
-- postal code by their words; the e-mail address whole, and from its @ on; the phone's digits, the last ten and the last seven of them. Of
-- very long words the first sixty letters count. Between words stand blanks and signs of ASCII and of punctuation, whatever the collation.
CREATE FUNCTION giving.donor_words(
    p_organization_id bigint, p_first_name text, p_middle_name text, p_last_name text, p_organization_name text, p_email text, p_phone text,
    p_state text, p_postal text
) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    v_sign CONSTANT text := '[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f\u00a0\u2000-\u206f\u3000]';
    v_letter CONSTANT text := '[^\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f\u00a0\u2000-\u206f\u3000]';
    v_of CONSTANT text := p_organization_id || ':';
    v_words text := giving.plain_text(concat_ws(' ', '', p_first_name, p_middle_name, p_last_name, p_organization_name, p_state, p_postal));
    v_email CONSTANT text := left(giving.plain_text(translate(p_email, ' ', '')), 300);
    v_digits CONSTANT text := left(translate(p_phone, ' -+()./', ''), 50);
BEGIN
    IF length(v_words) > 400 THEN
        v_words := regexp_replace(v_words, '(' || v_letter || '{60})' || v_letter || '+', '\1', 'g');
    END IF;
    v_words := ltrim(regexp_replace(v_words, v_sign || '+', ' ' || v_of, 'g'));
    IF strpos(p_postal, ' ') > 0 THEN
        v_words := v_words || ' ' || v_of || left(giving.plain_text(translate(p_postal, ' -', '')), 60);
    END IF;
    IF v_email <> '' THEN
        v_words := v_words || ' ' || v_of || v_email || ' ' || v_of || '@' || split_part(v_email, '@', 2);
    END IF;
    IF v_digits <> '' THEN
        v_words := v_words || ' ' || v_of || v_digits || ' ' || v_of || right(v_digits, 10) || ' ' || v_of || right(v_digits, 7);
    END IF;
    RETURN array_to_tsvector(array_remove(string_to_array(v_words, ' '), ''));
END
$$;

-- What is asked for: each word of p_text starts one of a donor's; also whole what has other signs within, as anna.smith, and all digits
-- together where there is nothing else. Null when there is no word in it.
CREATE FUNCTION giving.words_asked(p_organization_id bigint, p_text text) RETURNS tsquery
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
                    v_words := coalesce(v_words && giving.starts_with(v_of || left(v_word, 60)), giving.starts_with(v_of || left(v_word, 60)));
                END IF;
            END LOOP;
        END IF;
        IF v_words IS NULL AND v_piece ~ v_letter OR v_piece ~ (v_letter || v_sign) THEN
            v_words := coalesce(v_words || giving.starts_with(v_of || left(v_piece, 300)), giving.starts_with(v_of || left(v_piece, 300)));
        END IF;
        IF v_words IS NOT NULL THEN
            v_asked := coalesce(v_asked && v_words, v_words);
        END IF;
    END LOOP;
    IF v_digits ~ '^\d{3,}$' AND v_digits <> v_plain THEN
        v_asked := v_asked || giving.starts_with(v_of || left(v_digits, 50));
    END IF;
    RETURN v_asked;
END
$$;

CREATE FUNCTION giving.starts_with(p_word text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('''' || replace(replace(p_word, '\', '\\'), '''', '''''') || ''':*')::tsquery;
