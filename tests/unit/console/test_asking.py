"""What the address of a narrowed list says, and the address that says it."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from almoner.console.asking import LINES_MAX, Line, search_form, search_of
from almoner.kernel.errors import FieldError
from almoner.platform.query.operators import NAMES

FIRST = Line("Name", "Contains")
words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12).map(str.strip)
lines = st.builds(Line, words.filter(bool), st.sampled_from(NAMES), words)


def said(address: str) -> dict[str, str]:
    """The parameters of an address, as a request has them."""
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))


@given(st.lists(lines, max_size=LINES_MAX), st.booleans(), st.none() | words.filter(bool))
def test_an_address_says_what_was_asked(asked: list[Line], is_any: bool, cursor: str | None) -> None:
    parts = {f"{part}{n}": value for n, line in enumerate(asked, start=1)
             for part, value in zip("pov", (line.parameter, line.operator, line.text), strict=True)}  # fmt: skip
    search = search_of({**parts, "match": "any" if is_any else "all"}, "/list", FIRST)
    assert search_of(said(search.address()), "/list", FIRST) == search
    assert search_of(said(search.address(cursor)), "/list", FIRST).cursor == cursor
    conditions = [[each.parameter for each in group.conditions] for group in search.body.groups or ()]
    names = [line.parameter for line in asked if line != FIRST]
    assert conditions == ([[name] for name in names] if is_any else [names] if names else [])


def test_several_values_stand_with_semicolons_between_them() -> None:
    assert Line("Batch", "IsAnyOf", "May; June;").condition.values == ["May", "June"]
    assert Line("Amount", "Between", "1;5").condition.values == ["1", "5"]
    assert Line("Notes", "Contains", "a; b").condition.value == "a; b"


def test_an_operator_is_known_however_it_is_written() -> None:
    (line,) = search_of({"p1": "Amount", "o1": "is  on or after", "v1": "5"}, "/list", FIRST).lines
    assert line.operator == "OnOrAfter"


def test_the_form_has_a_free_line_and_each_problem_at_its_own() -> None:
    asked = {"p1": "A", "v1": "1", "p2": "B", "v2": "2"}
    problem = FieldError("groups[0].conditions[1].value", "INVALID", "no number")
    form = search_form(
        search_of(asked, "/list", FIRST), ["b", "C"], [problem, FieldError("cursor", "INVALID", "old")]
    )
    assert [each.problems for each in form.lines] == [[], ["no number"], []]
    assert form.problems == ["old"] and form.parameters == ["A", "b", "C"]
    alone = FieldError("groups[1].conditions[0].value", "INVALID", "no number")
    by_any = search_form(search_of({**asked, "match": "any"}, "/list", FIRST), [], [alone])
    assert by_any.lines[1].problems == ["no number"]
    full = {f"p{n}": "A" for n in range(1, LINES_MAX + 5)}
    assert len(search_form(search_of(full, "/list", FIRST), [], []).lines) == LINES_MAX
    assert search_form(search_of({}, "/list", FIRST), [], []).lines[0].line == FIRST
