-- older programs may run on this
--
-- Options that were taken out of the list of an organization's own field: records have them still, and queries find these.

ALTER TABLE crm.custom_field ADD COLUMN former_options text[] NOT NULL DEFAULT '{}';
GRANT UPDATE (former_options) ON crm.custom_field TO almoner_app;

-- Those that records have and no list has any more.
UPDATE crm.custom_field f SET former_options = x.options
FROM (SELECT f.organization_id, f.id, array_agg(DISTINCT v.value ->> f.id::text) AS options
    FROM crm.custom_field f
    JOIN (SELECT organization_id, custom_values AS value FROM crm.gift WHERE custom_values <> '{}'
        UNION ALL SELECT organization_id, custom_values FROM crm.recurring_gift WHERE custom_values <> '{}'
        UNION ALL SELECT organization_id, custom_values FROM crm.project WHERE custom_values <> '{}'
        UNION ALL SELECT organization_id, custom_values FROM crm.pledge WHERE custom_values <> '{}'
        UNION ALL SELECT organization_id, custom_values FROM crm.gift_ask WHERE custom_values <> '{}'
        UNION ALL SELECT organization_id, custom_values FROM crm.planned_gift WHERE custom_values <> '{}'
        UNION ALL SELECT organization_id, custom_values FROM crm.grant_award WHERE custom_values <> '{}'
        UNION ALL SELECT organization_id, custom_values FROM crm.premium WHERE custom_values <> '{}'
    ) v ON v.organization_id = f.organization_id AND v.value ? f.id::text
    WHERE f.data_type IN ('Dropdown', 'List')
        AND lower(v.value ->> f.id::text) <> ALL (ARRAY(SELECT lower(o) FROM unnest(f.options) AS o))
    GROUP BY f.organization_id, f.id) x
WHERE f.organization_id = x.organization_id AND f.id = x.id;
