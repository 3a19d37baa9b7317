"""Each kind of event that is written stands in its product's registry, and the documents are what the registries say."""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import pytest
from typer.testing import CliRunner

from almoner.cli.events import LOGS
from almoner.main import app
from almoner.platform.events.kinds import table_of
from almoner.platform.events.schema import schema_of
from almoner.platform.http import encode_json
from tests.architecture.sources import PACKAGE, ROOT, modules

KIND = r"[a-z_]+\.(?:[a-z_]+ed|paid|sent|made|given)"
"""How a kind is written: `noun.happened`. Nothing else in a module that has a log is written so."""
NAMES_ALONE = {"event_kinds.py", "contract.py"}
"""Files that name kinds for others and append none."""


@pytest.mark.parametrize("log", LOGS)
def test_the_registry_has_each_kind_that_is_written_and_no_other(log: str) -> None:
    wrong = list(apart(log, kinds_written(log), LOGS[log]))
    assert not wrong, "\n".join(wrong)


def apart(log: str, written: Iterable[str], registered: Iterable[str]) -> Iterator[str]:
    """What to do about each kind that is only written, or only registered."""
    place = f"src/almoner/{log}/event_kinds.py"
    for kind in sorted(set(written) - set(registered)):
        yield (
            f"{kind}: it is written to the log of {log} and no registry knows it. Add a line to {place}:"
            f' "{kind}": EventKind(<the view that tells of the record>, <whose order it stands in>, "<when>"),'
            " and bring docs/reference/events.md and events.schema.json up to date (`./dev documents`)"
        )
    for kind in sorted(set(registered) - set(written)):
        yield f"{kind}: {place} knows it, and nothing writes it to the log of {log}. Take its line out"


def test_a_forgotten_kind_is_named_with_what_to_write() -> None:
    written = {*LOGS["crm"], "contact.befriended"}
    (told,) = apart("crm", written, LOGS["crm"])
    assert told.startswith("contact.befriended: it is written") and "src/almoner/crm/event_kinds.py" in told
    (told,) = apart("crm", LOGS["crm"], written)
    assert told.startswith(
        "contact.befriended: src/almoner/crm/event_kinds.py knows it, and nothing writes it"
    )


def test_the_schema_beside_the_reference_is_that_of_the_registries() -> None:
    kept = json.loads((ROOT / "docs" / "reference" / "events.schema.json").read_text(encoding="utf-8"))
    assert kept == json.loads(encode_json(schema_of(LOGS))), "make it anew: ./dev documents"


def test_the_command_prints_what_the_documents_hold() -> None:
    tables = CliRunner().invoke(app, ["events"]).output
    assert all(f"## {log}\n\n{table_of(kinds)}" in tables for log, kinds in LOGS.items())
    schema = CliRunner().invoke(app, ["events", "--json"]).output
    assert json.loads(schema) == json.loads(encode_json(schema_of(LOGS)))


@pytest.mark.parametrize("log", LOGS)
def test_each_kind_has_a_schema_with_the_fields_of_its_view(log: str) -> None:
    document = schema_of(LOGS)
    for name, kind in LOGS[log].items():
        reference = document["logs"][log][name]["$ref"]
        schema = document["$defs"][reference.removeprefix("#/$defs/")]
        assert list(schema["properties"]) == list(kind.view.__struct_encode_fields__)


@pytest.mark.parametrize(
    ("statement", "giving"),
    [
        (
            "INSERT INTO giving.event (kind) SELECT 'recurring_gift.created' FROM x;",
            {"recurring_gift.created"},
        ),
        ("INSERT INTO giving.event (kind) VALUES ('note.created');", {"note.created"}),
        ("INSERT INTO giving.event (kind) VALUES ('gift.sent');", {"gift.sent"}),
        ("INSERT INTO crm.event (kind) VALUES ('note.created');", set()),
        ("PERFORM giving_code.append_event(p_id, 0, 'pledge.made', 1, p_now);", {"pledge.made"}),
        ("-- as 'note.created' was\nSELECT 1;", set()),
        ("SELECT 'a' INTO v; INSERT INTO giving.event (kind) VALUES (v_kind); SELECT 'b.c';", set()),
    ],
)
def test_kinds_are_found_in_sql_whatever_their_noun(statement: str, giving: set[str]) -> None:
    assert set(kinds_in_sql(statement, "giving")) == giving


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ("await announce(tx, 'note.created', 1, now)", {"note.created"}),
        ("KIND = 'recurring_gift.created'", {"recurring_gift.created"}),
        ("SORTS = {'date': 'gift.gift_on', 'id': 'gift.id'}", set()),
        ('"""As note.created was."""', set()),
    ],
)
def test_kinds_are_found_in_python_whatever_their_noun(source: str, kinds: set[str]) -> None:
    assert set(kinds_in_python(ast.parse(source))) == kinds


def test_a_kind_in_a_variable_is_found_in_sql() -> None:
    text = "v_kind := CASE WHEN v_new THEN 'tag.created' ELSE 'tag.given' END; -- never 'tag.moved'"
    assert set(kinds_named(text)) == {"tag.created", "tag.given"}
    assert not set(kinds_named("SELECT 'gift.gift_on', 'a.b'"))


def test_kinds_are_found_in_what_is_done_to_records() -> None:
    service = ast.parse(
        "NOTES = Records(LOG, 'crm.contact_note', view)\nOTHERS = list()\nNOTES.make(tx)\nOTHERS.remove(1)"
    )
    routes = ast.parse("service.NOTES.remove(tx, 1)")
    assert set(kinds_of_records([service, routes])) == {"contact_note.created", "contact_note.deleted"}
    typed = ast.parse("TAGS: Records[TagView] = Records[TagView](LOG, 'crm.tag', view)\nTAGS.replace(tx)")
    assert set(kinds_of_records([typed])) == {"tag.updated"}
    promised = ast.parse("ASKS = Commitments('crm.gift_ask', 'GiftAsk', view)\nASKS.create(tx)")
    assert set(kinds_of_records([promised])) == {"gift_ask.created"}
    with pytest.raises(AssertionError, match="a name of their own"):
        set(kinds_of_records([ast.parse("make(Table(LOG, 'crm.tag'))")]))


def kinds_written(log: str) -> set[str]:
    """Every kind of event that the source can append to a log."""
    in_sql = [kinds_in_sql(path.read_text(), log) for path in PACKAGE.rglob("*.sql")]
    named = [kinds_named(path.read_text()) for path in (PACKAGE / log).rglob("*.sql")]
    trees = [module.tree for module in modules() if module.top == log and module.path.name not in NAMES_ALONE]
    in_python = [kinds_in_python(tree) for tree in trees]
    folders = defaultdict(list)
    for module in modules():
        if module.top == log:
            folders[module.path.parent].append(module.tree)
    of_records = [kinds_of_records(feature) for feature in folders.values()]
    return {kind for found in (*in_sql, *named, *in_python, *of_records) for kind in found}


HAPPENED = {
    "add": "created", "make": "created", "create": "created", "change": "updated", "replace": "updated",
    "revise": "updated", "remove": "deleted",
}  # fmt: skip
"""What `platform/records.py`, and what stands on it, announces of a record for each of its methods."""


def _makes_records(call: ast.Call) -> bool:
    made = call.func.value if isinstance(call.func, ast.Subscript) else call.func
    return getattr(made, "id", None) in ("Table", "Records", "FieldRecords", "Commitments")


def _noun(made: ast.Call) -> str:
    """The table's name without its schema: the first text that is handed in."""
    texts = [
        each.value for each in made.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
    return texts[0].partition(".")[2]


def kinds_of_records(trees: Sequence[ast.AST]) -> Iterator[str]:
    """What a feature's files do to records that announce themselves: `NOTES = Records(LOG, "crm.note", ..)`, `NOTES.remove(..)`."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    made = [node for node in nodes if isinstance(node, ast.Call) and _makes_records(node)]
    nouns = {}
    for node in nodes:
        if (
            isinstance(node, (ast.Assign, ast.AnnAssign))
            and isinstance(node.value, ast.Call)
            and node.value in made
        ):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            nouns[ast.unparse(target)] = _noun(node.value)
    assert len(nouns) == len(made), "records are kept under a name of their own, one for each in a feature"
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in HAPPENED:
            name = ast.unparse(node.func.value).rpartition(".")[2]
            if name in nouns:
                yield f"{nouns[name]}.{HAPPENED[node.func.attr]}"


def kinds_in_sql(text: str, log: str) -> Iterator[str]:
    """Kinds named by the statements that append to a log; those handed in as a parameter are named in Python."""
    appends = rf"(?:INSERT INTO {log}\.event\b|{log}_code\.append_event\s*\()[^;]*"
    for statement in re.findall(appends, _without_comments(text)):
        yield from re.findall(r"'([a-z_]+\.[a-z_]+)'", statement)


def kinds_named(text: str) -> Iterator[str]:
    """Kinds that a module's SQL names anywhere, such as in a variable that is appended elsewhere."""
    yield from re.findall(rf"'({KIND})'", _without_comments(text))


def _without_comments(text: str) -> str:
    return re.sub(r"--.*", "", text)


def kinds_in_python(tree: ast.AST) -> Iterator[str]:
    """Texts of the form of a kind in a module that has a log."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(rf"^{KIND}$", node.value)
