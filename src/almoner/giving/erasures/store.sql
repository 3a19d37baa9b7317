-- name: erase
SELECT what, records FROM giving_code.erase_donors(:organization_id, :ids, :does, :by, :now);

-- name: merged_into$
SELECT giving_code.merged_into(:organization_id, :donor_id);
