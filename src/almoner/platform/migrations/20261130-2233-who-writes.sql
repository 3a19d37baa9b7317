-- older programs may run on this
--
-- Who writes: the key or the user that a transaction speaks for, by name, written beside what it makes and changes.

-- The name, which is kept in hex; null where nobody is named, as when the program itself works.
CREATE FUNCTION platform.actor() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN convert_from(decode(nullif(current_setting('almoner.actor', true), ''), 'hex'), 'UTF8');

-- A record got another version.
CREATE FUNCTION platform.note_actor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.modified_by := platform.actor();
    RETURN NEW;
END
$$;

-- Let the records of a table, which have versions, tell who made and who last changed them. What is there already tells nobody.
CREATE FUNCTION platform.keep_actors(p_table regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ADD COLUMN created_by text DEFAULT platform.actor(),'
        || ' ADD COLUMN modified_by text DEFAULT platform.actor()', p_table);
    EXECUTE format('CREATE TRIGGER changed_by BEFORE UPDATE ON %s FOR EACH ROW WHEN (OLD.version IS DISTINCT FROM NEW.version)'
        || ' EXECUTE FUNCTION platform.note_actor()', p_table);
END
$$;
