"""The reference documents name everything there is, and nothing that is not."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer

from almoner.main import app
from tests.architecture.sources import modules

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "almoner"
LOGS = ("giving", "crm")


def commands() -> dict[str, Any]:
    """Every command by its full name, `almoner org create`."""
    found: dict[str, Any] = {}

    def walk(command: Any, name: str) -> None:
        below = getattr(command, "commands", None)
        if below is None:
            found[name] = command
            return
        for child, nested in below.items():
            walk(nested, f"{name} {child}")

    walk(typer.main.get_command(app), "almoner")
    return found


def sections(document: str) -> dict[str, str]:
    """The text below each `## heading` of a reference document, by heading."""
    text = (ROOT / "docs" / "reference" / document).read_text()
    parts = re.split(r"^## `?([^`\n]+)`?\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_each_command_has_its_section() -> None:
    assert sorted(sections("commands.md")) == sorted(commands())


@pytest.mark.parametrize("name", sorted(commands()))
def test_each_option_of_a_command_is_documented(name: str) -> None:
    text = sections("commands.md").get(name, "")
    options = [name for p in commands()[name].params if p.param_type_name == "option" for name in p.opts]
    missing = [option for option in options if option.startswith("--") and f"`{option}" not in text]
    assert not missing, f"docs/reference/commands.md, {name}: {missing}"


@pytest.mark.parametrize("log", LOGS)
def test_each_kind_of_event_is_documented_under_its_log(log: str) -> None:
    documented = set(re.findall(r"^\| `([a-z_.]+)`", sections("events.md")[log], re.MULTILINE))
    assert documented == kinds_written(log)


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


def test_kinds_are_found_in_what_is_done_to_records() -> None:
    service = ast.parse(
        "NOTES = Records(LOG, 'crm.contact_note', view)\nOTHERS = list()\nNOTES.make(tx)\nOTHERS.remove(1)"
    )
    routes = ast.parse("service.NOTES.remove(tx, 1)")
    assert set(kinds_of_records([service, routes])) == {"contact_note.created", "contact_note.deleted"}
    typed = ast.parse("TAGS: Records[TagView] = Records[TagView](LOG, 'crm.tag', view)\nTAGS.replace(tx)")
    assert set(kinds_of_records([typed])) == {"tag.updated"}
    with pytest.raises(AssertionError, match="a name of their own"):
        set(kinds_of_records([ast.parse("make(Table(LOG, 'crm.tag'))")]))


def kinds_written(log: str) -> set[str]:
    """Every kind of event that the source can append to a log."""
    in_sql = [kinds_in_sql(path.read_text(), log) for path in SOURCE.rglob("*.sql")]
    trees = [module.tree for module in modules() if module.top == log]
    in_python = [kinds_in_python(tree) for tree in trees]
    folders = defaultdict(list)
    for module in modules():
        if module.top == log:
            folders[module.path.parent].append(module.tree)
    of_records = [kinds_of_records(feature) for feature in folders.values()]
    return {kind for found in (*in_sql, *in_python, *of_records) for kind in found}


HAPPENED = {
    "add": "created", "make": "created", "change": "updated", "replace": "updated", "remove": "deleted",
}  # fmt: skip
"""What `platform/records.py` announces of a record for each of its methods."""


def _makes_records(call: ast.Call) -> bool:
    made = call.func.value if isinstance(call.func, ast.Subscript) else call.func
    return getattr(made, "id", None) in ("Table", "Records")


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
            nouns[ast.unparse(target)] = ast.literal_eval(node.value.args[1]).partition(".")[2]
    assert len(nouns) == len(made), "records are kept under a name of their own, one for each in a feature"
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in HAPPENED:
            name = ast.unparse(node.func.value).rpartition(".")[2]
            if name in nouns:
                yield f"{nouns[name]}.{HAPPENED[node.func.attr]}"


def kinds_in_sql(text: str, log: str) -> Iterator[str]:
    """Kinds named by the statements that append to a log; those handed in as a parameter are named in Python."""
    without_comments = re.sub(r"--.*", "", text)
    for statement in re.findall(rf"INSERT INTO {log}\.event\b[^;]*", without_comments):
        yield from re.findall(r"'([a-z_]+\.[a-z_]+)'", statement)


def kinds_in_python(tree: ast.AST) -> Iterator[str]:
    """Texts of the form `noun.happened` in a module that has a log: nothing else there is written so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"^[a-z_]+\.(?:[a-z_]+ed|paid|sent|made|given)$", node.value)
