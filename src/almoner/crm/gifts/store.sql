-- name: records
-- What belongs to gifts is gathered for all of them at once: gift by gift, the projects were looked through for each.
SELECT g.*, crm_code.told_custom_fields(g.organization_id, g.custom_values) AS told_custom_values, c.name AS contact_name,
    t.name AS segment, t.code AS own_segment_code, parts.designations, parts.is_whole AND c.id IS NOT NULL AS is_whole,
    k.tribute_id, k.tribute_type, k.tribute_description, k.tribute_first_name, k.tribute_last_name, k.acknowledgee_individual_id,
    premiums.premiums, links.applied
FROM crm.gift g
LEFT JOIN crm.contact c ON c.organization_id = :organization_id AND c.id = g.contact_id
LEFT JOIN crm.segment t ON t.organization_id = :organization_id AND t.id = g.segment_id
LEFT JOIN crm_code.gift_tribute k ON k.organization_id = :organization_id AND k.gift_id = g.id AND k.gift_id = ANY (:ids)
LEFT JOIN (SELECT m.gift_id, json_agg(m ORDER BY m.id)::text AS premiums FROM crm_code.gift_premium m
    WHERE m.organization_id = :organization_id AND m.gift_id = ANY (:ids) GROUP BY m.gift_id) premiums ON premiums.gift_id = g.id
LEFT JOIN (SELECT d.gift_id, json_agg(d ORDER BY d.ordinal)::text AS designations, bool_and(d.project IS NOT NULL) AS is_whole
    FROM crm_code.gift_designation d
    WHERE d.organization_id = :organization_id AND d.gift_id = ANY (:ids) GROUP BY d.gift_id) parts ON parts.gift_id = g.id
LEFT JOIN (SELECT a.gift_id, json_agg(a ORDER BY a.link_id)::text AS applied FROM crm_code.applied_of_gift a
    WHERE a.organization_id = :organization_id AND a.gift_id = ANY (:ids) GROUP BY a.gift_id) links ON links.gift_id = g.id
WHERE g.organization_id = :organization_id AND g.id = ANY (:ids);

-- name: listed
-- What lists tell of gifts: their own columns alone, which costs a tenth of the whole record.
SELECT g.id, g.contact_id, g.contact_individual_id, g.gift_type, g.gift_on, g.amount_minor, g.currency, g.batch, g.details,
    t.name AS segment
FROM crm.gift g
LEFT JOIN crm.segment t ON t.organization_id = :organization_id AND t.id = g.segment_id
WHERE g.organization_id = :organization_id AND g.id = ANY (:ids);

-- name: gift_id_by_source$
-- As it is written, or else in another case.
SELECT coalesce(
    (SELECT id FROM crm.gift
    WHERE organization_id = :organization_id AND transaction_source = :source AND transaction_id = :transaction_id),
    (SELECT id FROM crm.gift
    WHERE organization_id = :organization_id AND transaction_source = ANY (crm_code.spellings_of_source(:organization_id, :source))
        AND transaction_id = :transaction_id ORDER BY id LIMIT 1));

-- name: chosen_of_contact
SELECT id FROM crm.gift WHERE organization_id = :organization_id AND contact_id = :contact_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: kept_count$
SELECT coalesce(sum(gift_count), 0)::bigint FROM crm.contact_giving
WHERE organization_id = :organization_id AND contact_id = :contact_id;

-- name: totals
SELECT currency, sum(gift_count)::bigint AS gifts, sum(given_minor) AS minor
FROM crm.tally WHERE organization_id = :organization_id
GROUP BY currency HAVING sum(gift_count) <> 0 OR sum(given_minor) <> 0 ORDER BY currency;

-- name: totals_by_way
SELECT currency, sum(gift_count)::bigint AS gifts, sum(given_minor) AS minor, sum(entered_count)::bigint AS entered_gifts,
    sum(entered_minor) AS entered_minor, sum(back_count)::bigint AS reversals, sum(back_minor) AS back_minor
FROM crm.tally WHERE organization_id = :organization_id
GROUP BY currency HAVING sum(gift_count) <> 0 OR sum(given_minor) <> 0 OR sum(back_count) <> 0 ORDER BY currency;

-- name: broken
-- Reads every gift and every recurring gift.
SELECT x.record, x.id, x.of AS column, x.lack FROM (
    SELECT 'gift' AS record, g.id, 'designation_project_ids' AS of, format('it names project %s, which is not there', s.id) AS lack
    FROM crm.gift g
    CROSS JOIN LATERAL unnest(g.designation_project_ids) AS s (id)
    LEFT JOIN crm.project p ON p.organization_id = :organization_id AND p.id = s.id
    WHERE g.organization_id = :organization_id AND p.id IS NULL
    UNION ALL
    SELECT 'recurring gift', g.id, 'designation_project_ids', format('it names project %s, which is not there', s.id)
    FROM crm.recurring_gift g
    CROSS JOIN LATERAL unnest(g.designation_project_ids) AS s (id)
    LEFT JOIN crm.project p ON p.organization_id = :organization_id AND p.id = s.id
    WHERE g.organization_id = :organization_id AND p.id IS NULL
    UNION ALL
    SELECT 'gift', g.id, 'contact_id', format('its contact %s is not there', g.contact_id) FROM crm.gift g
    LEFT JOIN crm.contact c ON c.organization_id = :organization_id AND c.id = g.contact_id
    WHERE g.organization_id = :organization_id AND c.id IS NULL
    UNION ALL
    SELECT 'gift', g.id, 'gift_on', format('its day %s is none that can be told', g.gift_on) FROM crm.gift g
    WHERE g.organization_id = :organization_id AND g.gift_on NOT BETWEEN '0001-01-01' AND '9999-12-31'
    UNION ALL
    SELECT 'gift', g.id, 'currency', format('nobody knows its currency %s', g.currency) FROM crm.gift g
    WHERE g.organization_id = :organization_id AND g.currency <> ALL (:currencies)
    UNION ALL
    SELECT 'recurring gift', g.id, 'currency', format('nobody knows its currency %s', g.currency) FROM crm.recurring_gift g
    WHERE g.organization_id = :organization_id AND g.currency <> ALL (:currencies)
) x LIMIT :most;

-- name: tally_differences
-- Reads every gift.
SELECT 'crm.tally' AS figure, currency AS of, coalesce(k.figures, '{0,0,0,0,0,0}') AS kept,
    coalesce(e.figures, '{0,0,0,0,0,0}') AS exact
FROM (SELECT currency, ARRAY[sum(gift_count), sum(given_minor), sum(entered_count), sum(entered_minor), sum(back_count),
          sum(back_minor)]::numeric[] AS figures
      FROM crm.tally WHERE organization_id = :organization_id GROUP BY currency) k
FULL JOIN (SELECT currency, ARRAY[count(*) FILTER (WHERE reverses_id IS NULL), sum(amount_minor),
          count(*) FILTER (WHERE reverses_id IS NULL AND (origin IS NULL OR transaction_source IS NULL)),
          coalesce(sum(amount_minor) FILTER (WHERE reverses_id IS NULL AND (origin IS NULL OR transaction_source IS NULL)), 0),
          count(reverses_id), coalesce(sum(amount_minor) FILTER (WHERE reverses_id IS NOT NULL), 0)]::numeric[] AS figures
      FROM crm.gift WHERE organization_id = :organization_id GROUP BY currency) e USING (currency)
WHERE coalesce(k.figures, '{0,0,0,0,0,0}') <> coalesce(e.figures, '{0,0,0,0,0,0}')
ORDER BY currency;

-- name: enter
SELECT ord, gift_id, did, problems FROM crm_code.enter_gifts(:organization_id, :gifts, :all, :now);

-- name: problems_of_entries
SELECT ord, problems FROM crm_code.problems_of_entries(:organization_id, :gifts);

-- name: to_reverse^
SELECT gift_on, currency::text AS currency, reverses_id FROM crm.gift
WHERE organization_id = :organization_id AND id = :id;

-- name: rest_of
-- What is left of a gift for each project when all that was taken back is taken off, in minor units.
SELECT s.project_id, p.code_key, p.external_accounting_code, sum(s.minor)::bigint AS minor
FROM crm.gift g
CROSS JOIN LATERAL unnest(g.designation_project_ids, g.designation_minor) AS s (project_id, minor)
LEFT JOIN crm.project p ON p.organization_id = :organization_id AND p.id = s.project_id
WHERE g.organization_id = :organization_id AND (g.id = :id OR g.id = ANY (ARRAY(
    SELECT v.id FROM crm.gift v WHERE v.organization_id = :organization_id AND v.reverses_id = :id)))
GROUP BY s.project_id, p.code_key, p.external_accounting_code HAVING sum(s.minor) > 0;

-- name: takes_back$
SELECT reverses_id FROM crm.gift WHERE organization_id = :organization_id AND id = :id;

-- name: taken_back
SELECT id, CASE WHEN gift_on BETWEEN '0001-01-01' AND '9999-12-31' THEN gift_on END AS day, -amount_minor AS minor, currency
FROM crm.gift WHERE organization_id = :organization_id AND reverses_id = :id ORDER BY gift_on, id;

-- name: reverse$
SELECT crm_code.take_back(:organization_id, :id, :gift_on, :minor, :project_ids, :parts, :notes, :now);

-- name: hold_gifts!
SELECT crm_code.hold_gifts(:organization_id, :ids);

-- name: as_it_is^
-- A gift that is to change. One with a source and an origin was sent by another system, which has it too.
SELECT g.*, g.origin IS NOT NULL AND g.transaction_source IS NOT NULL AS is_sent,
    ARRAY(SELECT v.id FROM crm.gift v WHERE v.organization_id = :organization_id AND v.reverses_id = g.id ORDER BY v.id) AS reversal_ids
FROM crm.gift g WHERE g.organization_id = :organization_id AND g.id = :id;

-- name: replace_gift$
SELECT crm_code.replace_gift(:organization_id, :gift, :now);

-- name: patchable
SELECT id, notes, details, custom_values, segment_code FROM crm.gift WHERE organization_id = :organization_id AND id = ANY (:ids);

-- name: segment_codes
SELECT id, code FROM crm.segment WHERE organization_id = :organization_id AND id = ANY (:ids);

-- name: patch_gifts!
SELECT crm_code.patch_gifts(:organization_id, :gifts, :now);

-- name: delete_gift!
SELECT crm_code.delete_gift(:organization_id, :id);

-- name: chosen_of_passthrough
SELECT id FROM crm_code.queried_gift
WHERE organization_id = :organization_id AND passthrough_contact_ids <> '{}' AND passthrough_contact_ids @> ARRAY[(:contact_id)::bigint]
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: chosen_of_reference
-- Of the contacts that have this reference in any system, or went into one that has.
SELECT id FROM crm.gift
WHERE organization_id = :organization_id AND contact_id = ANY (:contact_ids)
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: contacts_of_reference
SELECT DISTINCT contact_id FROM crm.contact_reference
WHERE organization_id = :organization_id AND reference_id = :reference_id AND forgotten_version IS NULL;

-- name: default_project$
SELECT default_project_id FROM crm.setting WHERE organization_id = :organization_id;

-- name: default_project_code$
SELECT p.project_code FROM crm.setting s
JOIN crm.project p ON p.organization_id = :organization_id AND p.id = s.default_project_id
WHERE s.organization_id = :organization_id;

-- name: project_called$
SELECT id FROM crm.project WHERE organization_id = :organization_id AND code_key = :code_key;

-- name: choose_default_project!
INSERT INTO crm.setting (organization_id, default_project_id) VALUES (:organization_id, :project_id)
ON CONFLICT (organization_id) DO UPDATE SET default_project_id = excluded.default_project_id;

-- name: image$
SELECT to_jsonb(g)::text FROM crm.gift g WHERE organization_id = :organization_id AND id = :id;

-- name: announce_replacement!
SELECT crm_code.announce_replacement(:organization_id, :id, :was, :beside, :now);

-- name: keys_of
-- By what gifts are known, and what makes another under the same key the same.
SELECT id, lower(btrim(transaction_source)) AS source, transaction_id, contact_id, gift_on, amount_minor, currency::text AS currency
FROM crm.gift WHERE organization_id = :organization_id AND id = ANY (:ids) AND transaction_source IS NOT NULL
    AND transaction_id IS NOT NULL;
