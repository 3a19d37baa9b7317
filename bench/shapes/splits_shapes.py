"""The ways to keep a gift's split that `splits` compares: schema, one insert of many gifts, and two reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

SUM_SQL = """
CREATE FUNCTION total_minor(amounts bigint[]) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT coalesce(sum(x), 0) FROM unnest(amounts) x $$;
"""
SUM_LOOP = """
CREATE FUNCTION total_minor(amounts bigint[]) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    total bigint := 0;
    amount bigint;
BEGIN
    FOREACH amount IN ARRAY amounts LOOP
        total := total + amount;
    END LOOP;
    RETURN total;
END $$;
"""
GIFT = "organization_id bigint NOT NULL, id bigint NOT NULL, donor_id bigint NOT NULL, amount_minor bigint NOT NULL"
ARRAYS = f"""
CREATE SEQUENCE gift_id;
CREATE TABLE gift ({GIFT}, project_ids bigint[] NOT NULL, amounts_minor bigint[] NOT NULL,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT gift_split_lengths CHECK (
        cardinality(project_ids) = cardinality(amounts_minor) AND cardinality(project_ids) > 0
        AND array_ndims(project_ids) = 1 AND array_ndims(amounts_minor) = 1
        AND array_position(project_ids, NULL) IS NULL AND array_position(amounts_minor, NULL) IS NULL),
    CONSTRAINT gift_split_sum CHECK (total_minor(amounts_minor) = amount_minor));
CREATE VIEW designation AS
    SELECT g.organization_id, g.id AS gift_id, d.position, d.project_id, d.amount_minor
    FROM gift g, unnest(g.project_ids, g.amounts_minor) WITH ORDINALITY AS d (project_id, amount_minor, position);
"""
GIN = "CREATE INDEX gift_projects ON gift USING gin (project_ids);"
UNCHECKED = ARRAYS.replace(
    ",\n    CONSTRAINT gift_split_sum CHECK (total_minor(amounts_minor) = amount_minor)", ""
)

ROWS = f"""
CREATE SEQUENCE gift_id;
CREATE TABLE gift ({GIFT}, PRIMARY KEY (organization_id, id));
CREATE TABLE designation (organization_id bigint NOT NULL, gift_id bigint NOT NULL, position smallint NOT NULL,
    project_id bigint NOT NULL, amount_minor bigint NOT NULL, PRIMARY KEY (organization_id, gift_id, position),
    FOREIGN KEY (organization_id, gift_id) REFERENCES gift (organization_id, id));
CREATE INDEX designation_project ON designation (organization_id, project_id, gift_id);
"""
DEFERRED = """
CREATE FUNCTION refuse_wrong_split() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    organization bigint := coalesce(NEW.organization_id, OLD.organization_id);
    gift bigint := {gift};
BEGIN
    IF EXISTS (SELECT FROM gift g WHERE g.organization_id = organization AND g.id = gift AND g.amount_minor <>
        (SELECT coalesce(sum(d.amount_minor), 0) FROM designation d
         WHERE d.organization_id = organization AND d.gift_id = gift)) THEN
        RAISE EXCEPTION 'split of gift % does not sum', gift USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER split AFTER INSERT OR UPDATE OR DELETE ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_wrong_split();
"""


def deferred(table: str, gift: str) -> str:
    """The deferred check fired by each row of the table."""
    body = DEFERRED.format(table=table, gift=f"coalesce(NEW.{gift}, OLD.{gift})")
    return body.replace("refuse_wrong_split", f"refuse_wrong_split_{table}")


STATEMENT = """
CREATE FUNCTION refuse_wrong_splits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT organization_id, gift_id FROM changed) c
        JOIN gift g ON g.organization_id = c.organization_id AND g.id = c.gift_id
        WHERE g.amount_minor <> (SELECT coalesce(sum(d.amount_minor), 0) FROM designation d
            WHERE d.organization_id = c.organization_id AND d.gift_id = c.gift_id)) THEN
        RAISE EXCEPTION 'a split does not sum' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER split_inserted AFTER INSERT ON designation REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_wrong_splits();
CREATE TRIGGER split_updated AFTER UPDATE ON designation REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_wrong_splits();
CREATE TRIGGER split_deleted AFTER DELETE ON designation REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_wrong_splits();
"""

# Gift n owns counts[n] of the designations in projects and parts, from firsts[n] on.
GIVE_ARRAYS = """
CREATE FUNCTION give(donors bigint[], amounts bigint[], firsts int[], counts int[], projects bigint[], parts bigint[])
RETURNS void LANGUAGE sql AS $$
    INSERT INTO gift
    SELECT 1, nextval('gift_id'), g.donor, g.amount, projects[g.first:g.first + g.count - 1],
        parts[g.first:g.first + g.count - 1]
    FROM unnest(donors, amounts, firsts, counts) AS g (donor, amount, first, count)
$$;
"""
GIVE_ROWS = """
CREATE FUNCTION give(donors bigint[], amounts bigint[], firsts int[], counts int[], projects bigint[], parts bigint[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE drawn bigint[];
BEGIN
    drawn := ARRAY(SELECT nextval('gift_id') FROM generate_series(1, cardinality(donors)));
    INSERT INTO gift SELECT 1, g.id, g.donor, g.amount FROM unnest(drawn, donors, amounts) AS g (id, donor, amount);
    INSERT INTO designation
    SELECT 1, g.id, d.position, projects[g.first + d.position - 1], parts[g.first + d.position - 1]
    FROM unnest(drawn, firsts, counts) AS g (id, first, count), generate_series(1, g.count) AS d (position);
END $$;
"""
OF_PROJECT_ARRAYS = """
SELECT g.id AS gift_id, d.amount_minor
FROM gift g, unnest(g.project_ids, g.amounts_minor) AS d (project_id, amount_minor)
WHERE g.organization_id = 1 AND g.project_ids @> ARRAY[$1::bigint] AND d.project_id = $1
"""
OF_PROJECT_ROWS = (
    "SELECT gift_id, amount_minor FROM designation WHERE organization_id = 1 AND project_id = $1"
)
OF_GIFT = "SELECT project_id, amount_minor FROM designation WHERE organization_id = 1 AND gift_id = $1 ORDER BY position"


BY_GIFT_ARRAYS = " ORDER BY g.id LIMIT 50"
BY_GIFT_ROWS = " ORDER BY gift_id LIMIT 50"


@dataclass(frozen=True)
class Form:
    """One way to keep splits: its schema, reads, tables, a right gift 1 and raw statements that must be refused."""

    name: str
    schema: str
    of_project: str
    page: str
    tables: tuple[str, ...]
    right: str
    wrong: dict[str, str]


def arrays(name: str, schema: str) -> Form:
    """A form that keeps the split on the gift row."""
    wrong = {
        "insert": "INSERT INTO gift VALUES (1, 2, 1, 1000, '{1,2}', '{400,599}')",
        "without designations": "INSERT INTO gift VALUES (1, 2, 1, 1000, '{}', '{}')",
        "edit gift": "UPDATE gift SET amount_minor = 1001",
        "edit split": "UPDATE gift SET amounts_minor[1] = 1",
        "drop one": "UPDATE gift SET project_ids = '{1}', amounts_minor = '{400}'",
        "null amount": "INSERT INTO gift VALUES (1, 2, 1, 400, '{1,2}', '{400,NULL}')",
        "unequal lengths": "INSERT INTO gift VALUES (1, 2, 1, 1000, '{1}', '{400,600}')",
    }
    right = "INSERT INTO gift VALUES (1, 1, 1, 1000, '{1,2}', '{400,600}')"
    return Form(name, schema + GIN + GIVE_ARRAYS, OF_PROJECT_ARRAYS, BY_GIFT_ARRAYS, ("gift",), right, wrong)


def rows(name: str, checks: str) -> Form:
    """A form that keeps a row for each designation."""
    right = """BEGIN; INSERT INTO gift VALUES (1, 1, 1, 1000);
        INSERT INTO designation VALUES (1, 1, 1, 1, 400), (1, 1, 2, 2, 600); COMMIT"""
    wrong = {
        "insert": """BEGIN; INSERT INTO gift VALUES (1, 2, 1, 1000);
            INSERT INTO designation VALUES (1, 2, 1, 1, 400), (1, 2, 2, 2, 599); COMMIT""",
        "without designations": "INSERT INTO gift VALUES (1, 2, 1, 1000)",
        "edit gift": "UPDATE gift SET amount_minor = 1001",
        "edit split": "UPDATE designation SET amount_minor = 1 WHERE position = 1",
        "drop one": "DELETE FROM designation WHERE position = 2",
    }
    tables = ("gift", "designation")
    return Form(name, ROWS + checks + GIVE_ROWS, OF_PROJECT_ROWS, BY_GIFT_ROWS, tables, right, wrong)


FORMS = (
    arrays("a arrays, SQL sum", SUM_SQL + ARRAYS),
    arrays("a arrays, loop sum", SUM_LOOP + ARRAYS),
    arrays("a arrays, no sum check", UNCHECKED),
    rows("b rows, deferred", deferred("designation", "gift_id") + deferred("gift", "id")),
    rows("c rows, statement", STATEMENT),
    rows("rows, no check", ""),
)
