-- needs: giving/erasures/erase
--
-- giving_code.erased_4_receipts: what receipts, statements and letters say of a person (docs/decisions/0040-donors-whole.md).

-- What a paper says once its reader asked to be forgotten: who it was for, and the words about it, which may name the reader, are gone.
-- Numbers, days, projects and money are printed ever after.
CREATE FUNCTION giving_code.forgotten_said(p_said jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN jsonb_set(p_said - 'letter', '{paper}', (p_said -> 'paper') || '{"to": ["Erased"], "text": [], "legal": ""}');

-- Receipts that were written to these donors: of gifts that are theirs, and of those that were.
CREATE FUNCTION giving_code.receipts_to(p_organization_id bigint, p_donor_ids bigint[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(
        SELECT r.id FROM giving.receipt r
        WHERE r.organization_id = p_organization_id AND r.donor_id = ANY (p_donor_ids) AND r.gift_id IN (
            SELECT g.id FROM giving.gift g WHERE g.organization_id = p_organization_id AND g.donor_id = ANY (p_donor_ids)
            UNION ALL
            SELECT m.gift_id FROM giving.gift_move m
            WHERE m.organization_id = p_organization_id AND m.from_donor_id = ANY (p_donor_ids)));
END
$$;

-- Letters to these donors: of their receipts and statements, and those that told them of a receipt that was written to another.
CREATE FUNCTION giving_code.letters_to(p_organization_id bigint, p_donor_ids bigint[], p_receipt_ids bigint[], p_statement_ids bigint[])
RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(
        SELECT l.id FROM giving.donor_letter l WHERE l.organization_id = p_organization_id AND l.receipt_id = ANY (p_receipt_ids)
        UNION ALL
        SELECT l.id FROM giving.donor_letter l WHERE l.organization_id = p_organization_id AND l.statement_id = ANY (p_statement_ids)
        UNION ALL
        SELECT l.id FROM giving.gift g
        JOIN giving.receipt r ON r.organization_id = p_organization_id AND r.gift_id = g.id AND r.donor_id <> ALL (p_donor_ids)
        JOIN giving.donor_letter l ON l.organization_id = p_organization_id AND l.receipt_id = r.id AND l.kind = 'void'
        WHERE g.organization_id = p_organization_id AND g.donor_id = ANY (p_donor_ids));
END
$$;

-- Who writes receipts or statements of these donors at this moment is waited for: what comes after knows nobody any more. A letter that was
-- not sent goes; of one that was stays that it was. Why somebody voided a receipt is forgotten, other than where nobody had to say it.
CREATE FUNCTION giving_code.erased_4_receipts(p_organization_id bigint, p_donor_ids bigint[], p_does boolean, p_now timestamptz)
RETURNS SETOF giving_code.erased LANGUAGE plpgsql AS $$
DECLARE
    v_receipts bigint[];
    v_statements bigint[];
    v_letters bigint[];
BEGIN
    IF p_does THEN
        PERFORM giving_code.hold_receipt_book(p_organization_id, extract(year FROM p_now AT TIME ZONE o.time_zone)::int)
        FROM platform.organization o WHERE o.organization_id = p_organization_id;
        PERFORM FROM giving.statement_run s WHERE s.organization_id = p_organization_id AND s.state = 'running' FOR UPDATE;
    END IF;
    v_receipts := giving_code.receipts_to(p_organization_id, p_donor_ids);
    v_statements := ARRAY(SELECT s.id FROM giving.statement s
        WHERE s.organization_id = p_organization_id AND s.donor_id = ANY (p_donor_ids));
    v_letters := giving_code.letters_to(p_organization_id, p_donor_ids, v_receipts, v_statements);
    IF p_does THEN
        DELETE FROM giving.donor_letter l WHERE l.organization_id = p_organization_id AND l.id = ANY (v_letters) AND l.state <> 'sent';
        UPDATE giving.donor_letter l SET address = '', content = '{"subject": "Erased"}', reason = NULL, modified_at = p_now
        WHERE l.organization_id = p_organization_id AND l.id = ANY (v_letters);
        UPDATE giving.receipt r SET said = giving_code.forgotten_said(r.said), fallback = NULL, version = r.version + 1, modified_at = p_now,
            reason = CASE WHEN r.reason IS NULL OR r.cause <> 'asked' THEN r.reason ELSE 'Erased' END
        WHERE r.organization_id = p_organization_id AND r.id = ANY (v_receipts);
        UPDATE giving.statement s SET said = giving_code.forgotten_said(s.said)
        WHERE s.organization_id = p_organization_id AND s.id = ANY (v_statements);
        UPDATE giving.gift_acknowledgement a SET note = NULL FROM giving.gift g
        WHERE g.organization_id = p_organization_id AND g.donor_id = ANY (p_donor_ids)
            AND a.organization_id = p_organization_id AND a.gift_id = g.id AND a.note IS NOT NULL;
    END IF;
    RETURN NEXT ('what receipts, statements and letters say', cardinality(v_receipts) + cardinality(v_statements)
        + cardinality(v_letters))::giving_code.erased;
END
$$;
