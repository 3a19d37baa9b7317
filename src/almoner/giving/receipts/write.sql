-- Receipts are written in sets: voids, numbers, receipts and letters of one batch in one call, and so in one transaction.

-- Hold the book of a year to the end of the transaction, and tell its last number. Whoever writes receipts holds it before reading the
-- gifts: so none writes of what another has changed meanwhile.
CREATE FUNCTION giving_code.hold_receipt_book(p_organization_id bigint, p_year int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    v_last int;
BEGIN
    INSERT INTO giving.receipt_book AS b (organization_id, year, last_number) VALUES (p_organization_id, p_year, 0)
    ON CONFLICT (organization_id, year) DO UPDATE SET last_number = b.last_number
    RETURNING b.last_number INTO v_last;
    RETURN v_last;
END
$$;

-- Letters that bring one of these receipts, which are void now, go before they are sent.
CREATE FUNCTION giving_code.drop_letters(p_organization_id bigint, p_receipt_ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    DELETE FROM giving.donor_letter l USING giving.receipt r
    WHERE l.organization_id = p_organization_id AND l.receipt_id = ANY (p_receipt_ids) AND l.kind = 'receipt'
        AND l.state IN ('queued', 'failed') AND r.organization_id = p_organization_id AND r.id = l.receipt_id AND r.state = 'void';
END
$$;

-- What programs before 20261201-1950 void a receipt for, which say a sentence alone (rules.py REASONS): they may run beside this one.
CREATE FUNCTION giving_code.cause_said(p_reason text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE p_reason
    WHEN 'The gift was corrected.' THEN 'corrected'
    WHEN 'The gift belongs to another donor.' THEN 'moved'
    WHEN 'A part of the gift was given back.' THEN 'partly_given_back'
    WHEN 'The gift was given back.' THEN 'given_back'
    WHEN 'The payment of the gift was charged back.' THEN 'charged_back'
    WHEN 'The payment of the gift is disputed.' THEN 'disputed'
    WHEN 'The payment of the gift failed.' THEN 'failed'
    ELSE 'asked' END;

-- Write p_receipts (objects by the names of columns; `letter` is an object with `address` and `content`, or null), whose numbers follow the last of
-- the book that is held, and void p_voids (`id`, `cause`, `reason`, `letter`): their letters that were not sent go, and who was sent one is told. Fails when one to void is not in force any more, or a number does not follow.
CREATE FUNCTION giving_code.write_receipts(
    p_organization_id bigint, p_year int, p_receipts jsonb, p_voids jsonb, p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_count int;
BEGIN
    UPDATE giving.receipt r SET state = 'void', cause = coalesce(v.cause, giving_code.cause_said(v.reason)), reason = v.reason, voided_at = p_now, version = r.version + 1, modified_at = p_now
    FROM jsonb_to_recordset(p_voids) AS v (id bigint, cause text, reason text)
    WHERE r.organization_id = p_organization_id AND r.id = v.id AND r.state = 'issued';
    GET DIAGNOSTICS v_count = ROW_COUNT;
    IF v_count <> jsonb_array_length(p_voids) THEN
        RAISE serialization_failure USING MESSAGE = 'a receipt to void is not in force any more';
    END IF;
    INSERT INTO giving.receipt (organization_id, year, number, gift_id, donor_id, replaces_id, state, currency, amount_minor,
        deductible_minor, gift_on, basis, said, fallback, issued_at, created_at, modified_at)
    SELECT p_organization_id, p_year, n.number, n.gift_id, n.donor_id, n.replaces_id, 'issued', n.currency, n.amount_minor,
        n.deductible_minor, n.gift_on, n.basis, n.said, n.fallback, p_now, p_now, p_now
    FROM jsonb_to_recordset(p_receipts) AS n (number int, gift_id bigint, donor_id bigint, replaces_id bigint, currency text,
        amount_minor bigint, deductible_minor bigint, gift_on date, basis jsonb, said jsonb, fallback text)
    ORDER BY n.number;
    UPDATE giving.receipt_book b SET last_number = b.last_number + jsonb_array_length(p_receipts)
    WHERE b.organization_id = p_organization_id AND b.year = p_year;
    SELECT max(n.number) - b.last_number INTO v_count
    FROM jsonb_to_recordset(p_receipts) AS n (number int)
    JOIN giving.receipt_book b ON b.organization_id = p_organization_id AND b.year = p_year
    GROUP BY b.last_number;
    IF v_count <> 0 THEN
        RAISE serialization_failure USING MESSAGE = 'the numbers of receipts do not follow the last one';
    END IF;
    PERFORM giving_code.drop_letters(p_organization_id, ARRAY(SELECT v.id FROM jsonb_to_recordset(p_voids) AS v (id bigint)));
    INSERT INTO giving.donor_letter (organization_id, kind, receipt_id, donor_id, address, content, state, due_at, created_at, modified_at)
    SELECT p_organization_id, 'void', r.id, r.donor_id, v.letter ->> 'address', v.letter -> 'content', 'queued', p_now, p_now, p_now
    FROM jsonb_to_recordset(p_voids) AS v (id bigint, letter jsonb)
    JOIN giving.receipt r ON r.organization_id = p_organization_id AND r.id = v.id
    WHERE jsonb_typeof(v.letter) = 'object' AND EXISTS (SELECT FROM giving.donor_letter l
        WHERE l.organization_id = p_organization_id AND l.receipt_id = v.id AND l.kind = 'receipt' AND l.state IN ('sending', 'sent'));
    INSERT INTO giving.donor_letter (organization_id, kind, receipt_id, donor_id, address, content, state, due_at, created_at, modified_at)
    SELECT p_organization_id, 'receipt', r.id, r.donor_id, n.letter ->> 'address', n.letter -> 'content', 'queued', p_now, p_now, p_now
    FROM jsonb_to_recordset(p_receipts) AS n (number int, letter jsonb)
    JOIN giving.receipt r ON r.organization_id = p_organization_id AND r.year = p_year AND r.number = n.number
    WHERE jsonb_typeof(n.letter) = 'object';
    DELETE FROM giving.receipt_trouble t USING jsonb_to_recordset(p_receipts) AS n (gift_id bigint)
    WHERE t.organization_id = p_organization_id AND t.gift_id = n.gift_id;
END
$$;
