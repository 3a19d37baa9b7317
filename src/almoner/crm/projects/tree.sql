-- The tree of projects stands still for whoever reads it to write: gifts, that count for all above their projects, and projects
-- below others hold it together; a move waits for them and holds it alone.

-- Hold the tree as it is until the transaction ends, beside others who do. Before any contact or project is locked: a move waits for
-- none of these, so nobody waits in a circle.
CREATE FUNCTION crm_code.keep_tree(p_organization_id bigint) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock_shared(hashint8(p_organization_id) # 1129467216 # 1, 16)
$$;

-- Hold the tree alone until the transaction ends, to change it. The slots of `own_slot` are 0 to 15; this is 16.
CREATE FUNCTION crm_code.hold_tree(p_organization_id bigint) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashint8(p_organization_id) # 1129467216 # 1, 16)
$$;
