-- Keys that donors have and that the sync has found right are links. Here alone giving's table is written, once.

UPDATE giving.donor d SET crm_linked = true FROM sync.record r
WHERE r.organization_id = d.organization_id AND r.destination = 'crm' AND r.entity = 'donor' AND r.record_id = d.id AND r.done > 0
    AND d.crm_key = r.crm_id::text;
