-- needs: platform/telling

-- What donors lack without which the sync cannot take them along; as of gifts (giving/gifts/lacks).
CREATE VIEW giving_code.donor_lack WITH (security_invoker = true) AS
SELECT d.organization_id, d.id, x.of, x.sentence, to_jsonb(d) ->> x.of AS stands
FROM giving.donor d
CROSS JOIN LATERAL (VALUES
    ('version', d.version > 0, 'it has no version'),
    ('created_at', (platform_code.can_be_told(d.created_at)), 'the time %s when it was made is none that can be told'),
    ('modified_at', (platform_code.can_be_told(d.modified_at)), 'the time %s when it was changed is none that can be told'),
    ('erased_at', d.erased_at IS NULL OR platform_code.can_be_told(d.erased_at), 'the time %s when it was erased is none that can be told')
) AS x (of, is_right, sentence) WHERE x.is_right IS NOT TRUE;
