-- needs: platform/telling

-- What gifts lack without which the sync cannot take them along: by column, with the sentence that says so, in which %s is what stands
-- there. The one rule: gift_facts leaves such gifts out, the sync says which columns, the doctor says the sentence.
CREATE VIEW giving_code.gift_lack WITH (security_invoker = true) AS
SELECT g.organization_id, g.id, x.of, x.sentence, to_jsonb(g) ->> x.of AS stands
FROM giving.gift g
CROSS JOIN LATERAL (VALUES
    ('version', g.version IS NOT NULL, 'it has no version'),
    ('currency', g.currency IS NOT NULL, 'it has no currency'),
    ('amount_minor', g.amount_minor IS NOT NULL, 'it has no amount'),
    ('can_sync', g.can_sync IS NOT NULL, 'it does not say whether it goes to the CRM'),
    ('is_test_mode', g.is_test_mode IS NOT NULL, 'it does not say whether it is a test'),
    ('gift_on', (platform_code.can_be_told(g.gift_on)), 'its day %s is none that can be told'),
    ('received_at', (platform_code.can_be_told(g.received_at)), 'the time %s when it was received is none that can be told'),
    ('project_ids', cardinality(g.project_ids) = cardinality(g.project_minor) AND cardinality(g.project_ids) > 0,
        format('its split %s over projects %s is none', g.project_minor, g.project_ids))
) AS x (of, is_right, sentence) WHERE x.is_right IS NOT TRUE
UNION ALL
SELECT g.organization_id, g.id, 'project_ids', 'it names project %s, which is not there', s.id::text
FROM giving.gift g
CROSS JOIN LATERAL unnest(g.project_ids) AS s (id)
WHERE NOT EXISTS (SELECT FROM giving.project p WHERE p.organization_id = g.organization_id AND p.id = s.id);
