"""What templates may say, what is refused with line and cure, and that none of it can run away."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateError

from almoner.platform.templating import TOLD_MAX, TemplateRefused, check_template, fill_template

VALUES: dict[str, Any] = {
    "person": {"name": "Ada <x>", "none": ""},
    "parts": [{"amount": "1"}, {"amount": "2"}],
}


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Dear {{ person.name }}", "Dear Ada <x>"),
        ("{% for p in parts %}{{ p.amount }}{% if not loop.last %}, {% endif %}{% endfor %}", "1, 2"),
        ("{% if person.none %}a{% else %}b{% endif %}", "b"),
        ("{{ person.none|default('x', true)|upper }}", "X"),
        ("{{ parts[1].amount if parts|length > 1 else 0 }}", "2"),
    ],
)
def test_what_it_may_say(text: str, made: str) -> None:
    check_template(text, [VALUES])
    assert fill_template(text, VALUES) == made


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a\n{{ person.nmae }}", "Line 2: There is nothing called `nmae` here. Did you mean 'name'?"),
        ("{{ person.name.upper() }}", "calls"),
        ("a\n{% for letter in person.name %}x{% endfor %}", "Line 2: A loop goes through a list."),
        ("{% for name in person %}x{% endfor %}", "A loop goes through a list."),
        ("{{ person.name" + "|upper" * 900 + " }}", "nested too deeply"),
        ("{% if person.name %}" * 80 + "{% endif %}" * 80, "nested too deeply"),
        ("{{ person.__class__ }}", "`_`"),
        ("{{ person['__class__'] }}", "nothing called"),
        ("{{ person.keys }}", "nothing called"),
        ("{{ 'a' * 1000000000 }}", "mul"),
        ("{{ 'a' ~ 'b' }}", "joining"),
        ("{% set x = 1 %}", "assignments"),
        ("{% macro m() %}{% endmacro %}", "macros"),
        ("{% include 'x' %}", "other templates"),
        ("{% import 'os' as os %}", "other templates"),
        ("{{ range }}", "nothing called"),
        ("{{ parts|tojson }}", "There is no filter"),
        (
            "{% for a in parts %}{% for b in parts %}{% for c in parts %}{% endfor %}{% endfor %}{% endfor %}",
            "2 deep",
        ),
        ("{% for a in parts recursive %}{% endfor %}", "not call themselves"),
        ("{% if %}", "Line 1"),
        ("\n\n{{ person.name", "Line 3"),
        ("x" * 20_001, "20,000"),
        ("{{" + "(" * 2000 + ")" * 2000 + "}}", ""),
    ],
)
def test_what_is_refused(text: str, told: str) -> None:
    with pytest.raises(TemplateRefused) as refused:
        check_template(text, [VALUES])
    assert told in str(refused.value)


def test_what_makes_too_much_is_refused() -> None:
    many = {"parts": [{"amount": "x"}] * 300}
    text = "{% for a in parts %}{% for b in parts %}0123456789{% endfor %}{% endfor %}"
    with pytest.raises(TemplateRefused, match=f"{TOLD_MAX:,}"):
        check_template(text, [many])


def test_loops_end_whatever_they_make() -> None:
    loop = "{% for a in rows %}{% for b in rows %}{% if a == b %}{% endif %}{% endfor %}{% endfor %}"
    values = {"rows": [1] * 300}
    check_template(loop, [{"rows": [1] * 30}])
    with pytest.raises(TemplateRefused, match="too much to do"):
        fill_template(loop * 3, values)
    assert (
        len(fill_template("{% for row in rows %}{{ loop.index }} of {{ loop.length }};{% endfor %}", values))
        > 300
    )


def test_html_is_escaped() -> None:
    assert fill_template("{{ person.name }}", VALUES, is_html=True) == "Ada &lt;x&gt;"


@given(
    st.lists(
        st.sampled_from(
            [
                "{{ ",
                " }}",
                "{% for a in ",
                " %}",
                "{% endfor %}",
                "parts",
                "person",
                ".",
                "name",
                "|",
                "upper",
                "(",
                ")",
                "loop",
                "if ",
                "\n",
            ]
        ),
        max_size=12,
    )
)
def test_whatever_is_written_is_refused_or_makes_text(pieces: list[str]) -> None:
    text = "".join(pieces)
    try:
        check_template(text, [VALUES])
    except TemplateRefused:
        return
    try:
        assert isinstance(fill_template(text, VALUES), str)
    except TemplateError as error:
        raise AssertionError(f"{text!r} was accepted and fails: {error}") from error
