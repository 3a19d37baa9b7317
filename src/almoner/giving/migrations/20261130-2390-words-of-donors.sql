-- older programs may run on this
--
-- Donors are found as one types, by the starts of words in any order: what their words are. What is asked is giving_code.words_asked.
-- docs/decisions/0041-finding-donors.md

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
