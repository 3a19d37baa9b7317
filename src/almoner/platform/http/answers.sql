-- What answers that are kept for repeated requests speak of.

-- The records that an answer speaks of, each as a word and a number, such as note:12: those that its request's path names, those that
-- fields named after their kind hold (noteId, noteIds), and what it is itself, by the words at the path's end. Words are in small letters.
CREATE FUNCTION platform_code.records_in(p_path text, p_answer jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY(
        SELECT lower(m[1]) || ':' || m[2] FROM regexp_matches(p_path, '([^/]+)/(?=(\d+)(?:/|$))', 'g') AS m
        UNION
        SELECT lower(w.word) || ':' || (o.id #>> '{}')
        FROM regexp_split_to_table((regexp_match(p_path, '(?:^|/\d+(?=/|$))((?:/[^/]*[^/\d][^/]*)*)/?$'))[1], '/') AS w (word),
            jsonb_path_query(p_answer, '$[*].id') AS o (id)
        WHERE w.word <> ''
        UNION
        SELECT lower(regexp_replace(f.key, 'Ids?$', '')) || ':' || (v.id #>> '{}')
        FROM jsonb_path_query(p_answer, 'strict $.** ? (@.type() == "object")') AS o (each), jsonb_each(o.each) AS f,
            jsonb_path_query(f.value, '$[*] ? (@.type() == "number")') AS v (id)
        WHERE f.key ~ 'Ids?$')
$$;

-- Forget the answers of a product that speak of one of these records, where p_does: their keys are used up then, and say no more. How many
-- they are. One that was kept before answers knew whom they speak of is judged by its fields, and by its number whatever it is, which stands
-- without a word in those that were seen since. Found by indexes alone, whatever is thought of the table: it may hold millions, and who erases
-- holds up others.
CREATE FUNCTION platform_code.forget_answers(p_organization_id bigint, p_product text, p_records text[], p_does boolean) RETURNS bigint
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = on AS $$
DECLARE
    v_numbers CONSTANT text[] := ARRAY(SELECT DISTINCT split_part(r.record, ':', 2) FROM unnest(p_records) AS r (record));
    v_records CONSTANT text[] := p_records || ARRAY(SELECT ':' || n.id FROM unnest(v_numbers) AS n (id));
    v_keys CONSTANT text[] := ARRAY(
        SELECT i.key FROM (SELECT k.* FROM platform.idempotency k WHERE k.about && v_records OFFSET 0) i
        WHERE i.organization_id = p_organization_id AND i.product = p_product AND i.answer IS NOT NULL
        UNION ALL
        SELECT i.key FROM (SELECT k.* FROM platform.idempotency k
            WHERE k.organization_id = p_organization_id AND k.about IS NULL AND k.answer IS NOT NULL OFFSET 0) i
        WHERE i.organization_id = p_organization_id AND i.product = p_product AND (platform_code.records_in(NULL, i.answer) && p_records
            OR EXISTS (SELECT FROM jsonb_path_query(i.answer, '$[*].id') AS o (id) WHERE o.id #>> '{}' = ANY (v_numbers))));
BEGIN
    IF p_does THEN
        UPDATE platform.idempotency i SET answer = NULL, about = NULL, fingerprint = ''
        WHERE i.organization_id = p_organization_id AND i.product = p_product AND i.key = ANY (v_keys);
    END IF;
    RETURN cardinality(v_keys);
END
$$;
