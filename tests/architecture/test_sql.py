"""Laws of SQL: what stands in migrations, what in code, and what every statement names."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable
from pathlib import Path

import pytest

from almoner.platform.database.files import code_schema
from tests.architecture.sources import ROOT
from tests.architecture.sql import (
    Sql,
    code,
    functions,
    migrations,
    named,
    statements,
    steps,
    tenant_tables,
    touched,
)
from tests.architecture.test_sizes import LONGEST_FILE, LONGEST_FUNCTION, MEDIAN_FUNCTION

MODULES = {"giving", "crm", "sync", "webhooks", "reconcile", "console", "platform"}
_CREATED = re.compile(
    r"CREATE (?:OR REPLACE )?(?:FUNCTION|VIEW|MATERIALIZED VIEW|TYPE|PROCEDURE|TRIGGER|AGGREGATE|DOMAIN) ([\w.]+)"
)

_TABLES_CALL_IT = "tables, policies or later migrations call it"
_OLD_NAME = "an old name, for processes of the first version"
CODE_IN_MIGRATIONS = {
    "platform.tenant": _TABLES_CALL_IT,
    "platform.plant_statistics": _TABLES_CALL_IT,
    "platform.protect": _TABLES_CALL_IT,
    "platform.protect_table": _TABLES_CALL_IT,
    "platform.sum_minor": _TABLES_CALL_IT,
    "platform.event_part": "stored parts depend on it: changed, it would need a migration of the rows",
    "platform.create_event_log": "makes tables; the migration that moves code apart drops it",
    "platform.create_organization": _OLD_NAME,
    "platform.list_organizations": _OLD_NAME,
    "platform.extend_event_log": _OLD_NAME,
    "platform.read_events": _OLD_NAME,
    "platform.move_cursor": _OLD_NAME,
    "platform.parts_with_news": _OLD_NAME,
    "platform.register_consumer": _OLD_NAME,
    "platform.backlog": _OLD_NAME,
    "platform.lock_part": _OLD_NAME,
    "platform.adopt_event_logs": _OLD_NAME,
    "giving.give": _OLD_NAME,
    "giving.gift_project": _OLD_NAME,
    "giving.gift_read": _OLD_NAME,
    "crm.accept_contacts": _OLD_NAME,
    "crm.accept_gifts": _OLD_NAME,
    "crm.gift_designation": _OLD_NAME,
    "crm.project_total": _OLD_NAME,
    "sync.due_donors": _OLD_NAME,
    "sync.organizations_missing_projects": _OLD_NAME,
}
"""Functions, views and types that a migration may make, each with its reason; all others are code."""

OVER_ALL_TENANTS = {
    "crm_code.make_contacts": "a whole row of a person, into which its organization_id is put by name",
    "platform_code.list_homes": "for the doctor: ids and names of servers",
    "platform_code.list_organizations": "for the operator's commands",
    "sync_code.due_donors": "ids alone; the worker then acts for one organization at a time",
    "sync_code.organizations_missing_projects": "ids alone; the worker then acts for one organization at a time",
}
"""Functions in which a table goes without its organization_id, each with its reason."""

WRITES_IN_WITH = {
    "giving_code.make_donors": "one INSERT that answers what it made; RETURNING INTO takes no set",
}
"""Statements that write inside a WITH (scale.md, rule 6: a spread database refuses them). May only shrink."""

DRAWS_IDS_BESIDE_TABLES = {
    "crm_code.accept_contacts": "draws ids beside a function that reads contacts",
}
"""Statements that call nextval beside a table or a function of ours (scale.md, rule 6). May only shrink."""


READS_THE_CLOCK: dict[str, str] = {}
"""Statements over tables of tenants that read the clock themselves (scale.md, rule 6). May only shrink."""

FUNCTIONS_BESIDE_TABLES = {
    "crm_code.check_gifts": "asks for the projects' answers beside the contacts of the gifts",
}
"""Statements with a function of ours in FROM beside a table of tenants (scale.md, rule 6). May only shrink."""


def pieces() -> list[Sql]:
    """Every function of the code and every statement."""
    return [*(function for file in code() for function in functions(file)), *statements()]


def names(found: list[Sql]) -> set[str]:
    return {piece.name for piece in found}


def test_a_migration_makes_no_code_but_what_is_listed_with_its_reason() -> None:
    made = {name for file in migrations() for name in _CREATED.findall(file.bare)}
    assert made == set(CODE_IN_MIGRATIONS)


def test_code_files_make_functions_views_and_types_in_the_schema_of_their_module_and_do_nothing_else() -> (
    None
):
    wrong = [
        file.at(statement.strip().splitlines()[0])
        for file in code()
        for statement in re.sub(r"\$\$.*?\$\$", "", file.bare, flags=re.DOTALL).split(";")
        if statement.strip()
        and not re.match(rf"\s*CREATE (FUNCTION|VIEW|TYPE) {code_schema(file.module)}\.", statement)
    ]
    assert not wrong, "\n".join(wrong)


def test_sql_names_no_schema_of_another_module_but_the_platform() -> None:
    wrong = [
        piece.at(f"names {schema}")
        for piece in (*code(), *statements())
        for schema in sorted(set(re.findall(r"\b(\w+?)(?:_code)?\.[a-z_]", piece.bare)))
        if schema in MODULES - {piece.module, "platform"}
    ]
    assert not wrong, "\n".join(wrong)


def test_every_table_in_a_statement_goes_with_its_tenant() -> None:
    bare = [step for piece in pieces() for step in steps(piece) if len(touched(step.text)) > named(step.text)]
    assert names(bare) == set(OVER_ALL_TENANTS), "\n".join(step.at(touched(step.text)) for step in bare)


def test_tables_of_tenants_are_found() -> None:
    assert {"giving.gift", "giving.event", "crm.project_giving", "sync.record"} <= tenant_tables()
    assert not {"platform.event_cursor", "platform.server"} & tenant_tables()


def test_statements_that_write_inside_a_with_only_become_fewer() -> None:
    writing = re.compile(r"\bAS\s+(?:(?:NOT )?MATERIALIZED\s+)?\(\s*(?:INSERT|UPDATE|DELETE|MERGE)\b")
    assert names([step for piece in pieces() for step in steps(piece) if writing.search(step.text)]) == set(
        WRITES_IN_WITH
    )


def test_statements_that_draw_ids_beside_tables_only_become_fewer() -> None:
    beside = re.compile(r"(?:FROM|JOIN)\s+\w+_code\.")
    drawing = [
        step
        for piece in pieces()
        for step in steps(piece)
        if "nextval(" in step.text and (touched(step.text) or beside.search(step.text))
    ]
    assert names(drawing) == set(DRAWS_IDS_BESIDE_TABLES)


def reads_the_clock(step: Sql) -> bool:
    """Whether a statement over tables of tenants takes the time from the server it runs on."""
    clock = r"\b(?:now|(?:clock|statement|transaction)_timestamp)\(\)|\bCURRENT_(?:TIMESTAMP|DATE)\b"
    return bool(re.search(clock, step.text) and touched(step.text))


def calls_beside_tables(step: Sql) -> bool:
    """Whether a function of ours stands in FROM beside a table of tenants; before FROM it computes a value."""
    called = r"\bFROM\b.*?(?:(?<=FROM)|JOIN|LATERAL|,)\s+(?:LATERAL\s+)?\w+_code\.\w+\s*\("
    return bool(re.search(called, step.text, re.DOTALL) and touched(step.text))


def appends_plainly(piece: Sql) -> bool:
    """Whether it appends to a log, and is no function of the log's product that takes the tenant first."""
    head = re.match(r"CREATE FUNCTION (\w+)_code\.\w+\(\s*p_organization_id bigint\b", piece.text)
    return any(
        head is None or head.group(1) != log for log in re.findall(r"INSERT INTO (\w+)\.event\b", piece.bare)
    )


def test_statements_that_read_the_clock_only_become_fewer() -> None:
    found = [step for piece in pieces() for step in steps(piece) if reads_the_clock(step)]
    assert names(found) == set(READS_THE_CLOCK)


def test_functions_of_ours_beside_tables_only_become_fewer() -> None:
    found = [step for piece in pieces() for step in steps(piece) if calls_beside_tables(step)]
    assert names(found) == set(FUNCTIONS_BESIDE_TABLES)


def test_events_are_appended_by_functions_of_their_product_that_take_the_tenant_first() -> None:
    wrong = [piece.at("appends plainly") for piece in (*pieces(), *migrations()) if appends_plainly(piece)]
    assert not wrong, "\n".join(wrong)


def test_python_appends_no_event_but_by_those_functions() -> None:
    plain = re.compile(
        r"INSERT INTO (?:giving|crm)\.event\b(?! \(kind\))"
    )  # (kind) alone is text that is read
    found = [
        f"{path.relative_to(ROOT)}: appends plainly"
        for folder in ("src", "tests", "bench")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path != Path(__file__) and plain.search(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("law", "text"),
    [
        (reads_the_clock, "UPDATE giving.donor SET seen_at = coalesce(seen_at, now()) WHERE id = 1"),
        (reads_the_clock, "INSERT INTO crm.gift (id) VALUES (1) ON CONFLICT DO UPDATE SET at = clock_timestamp()"),
        (calls_beside_tables, "SELECT 1 FROM crm.contact c JOIN crm_code.found(c.id) f ON true"),
        (calls_beside_tables, "SELECT 1 FROM crm_code.found(1) f JOIN giving.gift g ON true"),
        (calls_beside_tables, "SELECT 1 FROM giving.gift g, LATERAL giving_code.parts(g.id)"),
        (appends_plainly, "INSERT INTO giving.event (organization_id, kind) VALUES (1, 'gift.sent')"),
        (appends_plainly, "CREATE FUNCTION crm_code.f(p_id bigint, p_organization_id bigint) AS $$ INSERT INTO crm.event"),
        (appends_plainly, "CREATE FUNCTION crm_code.f(p_organization_id bigint) AS $$ INSERT INTO giving.event"),
    ],
)  # fmt: skip
def test_what_breaks_a_law_is_found(law: Callable[[Sql], bool], text: str) -> None:
    assert law(Sql(Path(), 1, "planted", text))


@pytest.mark.parametrize(
    ("law", "text"),
    [
        (reads_the_clock, "UPDATE platform.event_cursor SET moved_at = clock_timestamp() WHERE part = 1"),
        (reads_the_clock, "UPDATE giving.donor SET seen_at = coalesce(seen_at, p_now) WHERE id = 1"),
        (calls_beside_tables, "SELECT crm_code.key_of(c.email), c.id FROM crm.contact c"),
        (calls_beside_tables, "SELECT x.id FROM crm_code.found(1) x JOIN unnest(v_ids) ON true"),
        (appends_plainly, "CREATE FUNCTION crm_code.f(\n    p_organization_id bigint) AS $$ INSERT INTO crm.event"),
    ],
)  # fmt: skip
def test_what_keeps_a_law_is_let_be(law: Callable[[Sql], bool], text: str) -> None:
    assert not law(Sql(Path(), 1, "planted", text))


def test_every_function_says_above_it_what_it_is() -> None:
    silent = [
        function.at("no comment above it")
        for file in code()
        for function in functions(file)
        if not file.text.splitlines()[function.line - 2].startswith("--")
    ]
    assert not silent, "\n".join(silent)


def test_no_sql_file_is_too_long() -> None:
    files = {piece.path for piece in (*migrations(), *code(), *statements())}
    long = [path for path in sorted(files) if len(path.read_text().splitlines()) > LONGEST_FILE]
    assert not long


def test_no_sql_function_and_no_statement_is_too_long() -> None:
    long = [
        piece.at(f"{lines} lines, at most {LONGEST_FUNCTION}")
        for piece in pieces()
        if (lines := len(piece.text.strip().splitlines())) > LONGEST_FUNCTION
    ]
    assert not long, "\n".join(long)


def test_most_statements_are_short() -> None:
    lengths = [len(piece.text.strip().splitlines()) for piece in pieces()]
    print("median lines of a function or statement:", statistics.median(lengths))
    assert statistics.median(lengths) <= MEDIAN_FUNCTION
