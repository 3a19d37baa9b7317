-- older programs may run on this
--
-- Which contact a donor's key named that was not found, or is archived: it stands in the detail from now on. Here alone giving's
-- table is read, once, for the donors who failed before.

UPDATE sync.record r SET detail = d.crm_key FROM giving.donor d
WHERE r.entity = 'donor' AND r.reason IN ('contact_not_found', 'contact_archived') AND r.detail IS NULL
    AND d.organization_id = r.organization_id AND d.id = r.record_id AND d.crm_key IS NOT NULL;
