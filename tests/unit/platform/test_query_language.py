"""How a query is read: names in every spelling, values by kind, and everything that is wrong named with what could be."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from almoner.crm.gifts.catalog import GIFTS
from almoner.platform.http import decode_body
from almoner.platform.query.compiling import Sql, compiled
from almoner.platform.query.conditions import BadQuery, Condition, read_groups
from almoner.platform.query.days import WORDS, Span, read_days
from almoner.platform.query.operators import NAMES, OPERATORS, operator_called
from almoner.platform.query.parameters import TOLD, Kind, Parameter
from almoner.platform.query.requests import QueryBody
from almoner.platform.query.values import Moments, Where
from almoner.platform.query.views import options_view
from almoner.platform.wire import encode_json

LEAP_DAY = date(2024, 2, 29)
WHERE = Where(date(2026, 3, 2), ZoneInfo("Asia/Tokyo"))


def read(*conditions: dict[str, Any]) -> tuple[Condition, ...]:
    """One group of conditions."""
    body = decode_body(encode_json({"groups": [{"conditions": list(conditions)}]}), QueryBody)
    (group,) = read_groups(body.groups, GIFTS, {}, WHERE)
    return group


def one(operator: str, parameter: str = "Amount", **values: Any) -> Condition:
    """A condition as it is read."""
    return read({"parameter": parameter, "operator": operator, **values})[0]


def wrong(*conditions: dict[str, Any]) -> dict[str, str]:
    """What is told of conditions, by field, below the group."""
    with pytest.raises(BadQuery) as caught:
        read(*conditions)
    return {error.field.removeprefix("groups[0]."): error.message for error in caught.value.fields}


def test_there_are_25_operators_each_of_some_parameter() -> None:
    assert len(NAMES) == len(set(NAMES)) == 25
    of_some = {name for kind in Kind for name in Parameter(name="x", kind=kind, sql="x").takes}
    assert of_some == set(NAMES)
    assert all(set(told) <= set(Parameter(name="x", kind=kind, sql="x").takes) for kind, told in TOLD.items())


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda each: each.name)
def test_an_operator_is_known_in_any_case_and_with_blanks(operator: Any) -> None:
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in operator.name).strip()
    assert operator_called(operator.name.upper()) is operator_called(spaced) is operator


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Is After", "After"),
        ("Is Before", "Before"),
        ("Is On", "Is"),
        ("Is After Or On", "OnOrAfter"),
        ("Is Before Or On", "OnOrBefore"),
        ("Greater Than", "GreaterThan"),
        ("Greater Than Or Equal To", "GreaterThanOrEqual"),
        ("less than or equal to", "LessThanOrEqual"),
    ],
)
def test_the_spellings_of_the_documents_are_known(written: str, name: str) -> None:
    found = operator_called(written)
    assert found is not None and found.name == name


def test_a_parameter_is_known_in_any_case_and_without_blanks() -> None:
    assert one("Is", "giftdate", value="2026-01-01").parameter.name == "Gift Date"
    assert one("Is", "GIFT  ID", value=3).parameter.name == "Gift Id"
    assert one("Is", "Project", value="Wells").parameter.name == "Project Name"


@pytest.mark.parametrize("value", [50, "50", 50.0, "50.00", " 50 "])
def test_numbers_come_as_texts_too(value: Any) -> None:
    assert one("Is", value=value).operands == (Decimal(50),)
    assert one("Is", "Gift Id", value=value).operands == (50,)


def test_is_with_values_is_any_of_them() -> None:
    assert one("Is", "Gift Type", values=["cash", "EFT"]).operands == ("Cash", "EFT")
    assert one("Is", "Gift Type", value="", values=["Electronic Funds Transfer"]).operands == ("EFT",)


def test_a_second_value_beside_one_that_wants_one_is_passed_by() -> None:
    assert one("GreaterThan", value=5, secondaryValue="").operands == (Decimal(5),)
    assert one("GreaterThan", value=5, secondaryValue="7").operands == (Decimal(5),)


def test_between_holds_both_ends() -> None:
    assert one("Between", value=5, secondaryValue="7").operands == (Decimal(5), Decimal(7))
    assert one("Between", values=[5, 7]).operands == (Decimal(5), Decimal(7))


def test_everything_that_is_wrong_is_named_at_once_with_what_could_be() -> None:
    told = wrong(
        {"parameter": "Gift Dat", "operator": "Is", "value": "2026-01-01"},
        {"parameter": "Amount", "operator": "Contains", "value": "5"},
        {"parameter": "Amount", "operator": "Greather Than", "value": "5"},
        {"parameter": "Amount", "operator": "Is", "value": "fifty"},
        {"parameter": "Amount", "operator": "Is"},
        {"parameter": "Amount", "operator": "Between", "value": 5},
        {"parameter": "Amount", "operator": "LessThan", "values": [5, 6]},
        {"parameter": "Gift Type", "operator": "Is", "value": "Chek"},
        {"parameter": "Gift Date", "operator": "Is", "value": "yesterdey"},
        {"parameter": "Gift Id", "operator": "Is", "value": "1.5"},
    )
    assert list(told) == [
        "conditions[0].parameter",
        "conditions[1].operator",
        "conditions[2].operator",
        "conditions[3].value",
        "conditions[4].value",
        "conditions[5].secondaryValue",
        "conditions[6].values",
        "conditions[7].value",
        "conditions[8].value",
        "conditions[9].value",
    ]
    assert "'Gift Date'" in told["conditions[0].parameter"]
    assert "GreaterThanOrEqual" in told["conditions[1].operator"]
    assert "Did you mean 'GreaterThan'?" in told["conditions[2].operator"]
    assert "Did you mean 'Check'?" in told["conditions[7].value"]
    assert "Did you mean 'Yesterday'?" in told["conditions[8].value"]


def test_a_group_of_nothing_asks_for_everything() -> None:
    body = decode_body(
        b'{"groups": [{"conditions": []}, {"conditions": [{"parameter": "Gift Id", "operator": "Is", "value": 1}]}]}',
        QueryBody,
    )
    assert read_groups(body.groups, GIFTS, {}, WHERE) == []
    assert read_groups(None, GIFTS, {}, WHERE) == []


def test_hundreds_of_groups_of_one_id_are_one_look() -> None:
    groups = [
        {"conditions": [{"parameter": "Contact Id", "operator": "Is", "value": str(n)}]} for n in range(500)
    ]
    body = decode_body(encode_json({"groups": groups}), QueryBody)
    ((condition,),) = read_groups(body.groups, GIFTS, {}, WHERE)
    assert condition.operands == tuple(range(500))


def test_too_much_is_refused() -> None:
    conditions = [{"parameter": "Notes", "operator": "Contains", "value": "x"}] * 2_001
    with pytest.raises(BadQuery, match="at most 2000 conditions"):
        read(*conditions)
    with pytest.raises(BadQuery, match="at most 10000 values"):
        read({"parameter": "Gift Id", "operator": "In", "values": list(range(10_001))})


DAYS = {
    "30 Days Ago": Span(date(2024, 1, 30), date(2024, 1, 30)),
    "270 days ago": Span(date(2023, 6, 4), date(2023, 6, 4)),
    "Tomorrow": Span(date(2024, 3, 1), date(2024, 3, 1)),
    "Last Sunday": Span(date(2024, 2, 25), date(2024, 2, 25)),
    "Start Of This Month": Span(date(2024, 2, 1), date(2024, 2, 1)),
    "This Calendar Year": Span(date(2024, 1, 1), date(2024, 12, 31)),
    "One Year Ago": Span(date(2023, 2, 28), date(2023, 2, 28)),
    "One week from now": Span(date(2024, 3, 7), date(2024, 3, 7)),
    "2/29/2024": Span(LEAP_DAY, LEAP_DAY),
    "29.2.2024 00:00": None,
}


@pytest.mark.parametrize(("text", "span"), DAYS.items())
def test_words_are_days_of_the_organization(text: str, span: Span | None) -> None:
    if span is None:
        with pytest.raises(ValueError, match=r"is not a day|must be in"):
            read_days(text, LEAP_DAY)
    else:
        assert read_days(text, LEAP_DAY) == span


def test_a_number_of_days_that_no_word_has_is_answered_with_all_words() -> None:
    told = wrong({"parameter": "Gift Date", "operator": "After", "value": "45 Days Ago"})
    assert "no day such as 2024-12-31. Or one of: 30 Days Ago, 60 Days Ago," in told["conditions[0].value"]


def test_every_word_is_a_day_on_every_day() -> None:
    for word in WORDS:
        for today in (LEAP_DAY, date(2023, 12, 31), date(2024, 1, 1), date(2024, 3, 3)):
            assert read_days(word, today).first <= read_days(word, today).last


def test_last_sunday_is_before_today_also_on_a_sunday() -> None:
    assert read_days("Last Sunday", date(2024, 3, 3)).first == date(2024, 2, 25)


def test_a_day_of_an_instant_is_the_organizations() -> None:
    (moments,) = one("Is", "Create DateTime UTC", value="2026-03-01").operands
    assert moments == Moments(datetime(2026, 2, 28, 15, tzinfo=UTC), datetime(2026, 3, 1, 15, tzinfo=UTC))


def test_an_instant_with_a_time_is_itself() -> None:
    (moments,) = one("After", "Create DateTime UTC", value="2026-03-01T10:00:00+02:00").operands
    assert isinstance(moments, Moments)
    assert moments.first == datetime(2026, 3, 1, 8, tzinfo=UTC)


def test_options_tell_every_parameter_with_what_it_takes() -> None:
    told = options_view(GIFTS)
    assert [option.operator for option in told.operator_options] == list(NAMES)
    of_many = [option.operator for option in told.operator_options if option.multiple_values_allowed]
    assert of_many == ["In", "NotIn", "IsAnyOf", "IsNoneOf"]
    without = {option.operator for option in told.operator_options if not option.value_required}
    assert without == {"IsKnown", "IsNotKnown", "IsTrue", "IsFalse", "IsSet", "IsNotSet"}
    by_name = {option.parameter: option for option in told.options}
    assert by_name["Amount"].type == "Decimal"
    assert by_name["Gift Date"].value_options == list(WORDS)
    assert "Electronic Funds Transfer" in by_name["Gift Type"].value_options
    notes = [option.operator for option in by_name["Notes"].operator_options]
    assert notes[-2:] == ["IsKnown", "IsNotKnown"]


def refusal(body: dict[str, Any]) -> str:
    """What is told of a query that is refused as a whole."""
    read_body = decode_body(encode_json(body), QueryBody)
    with pytest.raises(BadQuery) as caught:
        read_groups(read_body.groups, GIFTS, {}, WHERE)
    return caught.value.message


IS_ONE = {"parameter": "Gift Id", "operator": "Is", "value": "one"}
"""A condition that is wrong: told as soon as it is read."""


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        ([{"conditions": [IS_ONE]}] * 2_001, "A query has at most 2000 groups."),
        ([{}] * 2_001, "A query has at most 2000 groups."),
        ([{"conditions": [IS_ONE] * 2_001}], "A query has at most 2000 conditions."),
        (
            [{"conditions": [IS_ONE | {"value": None, "values": ["one"] * 10_001}]}],
            "A query compares with at most 10000 values.",
        ),
    ],
    ids=["groups", "empty groups", "conditions", "values"],
)
def test_too_much_is_refused_before_any_of_it_is_read(groups: list[Any], told: str) -> None:
    assert refusal({"groups": groups}) == told


def groups_of(*groups: list[dict[str, Any]]) -> list[tuple[Condition, ...]]:
    """Groups as they are read."""
    body = decode_body(encode_json({"groups": [{"conditions": group} for group in groups]}), QueryBody)
    return read_groups(body.groups, GIFTS, {}, WHERE)


NAMED = {"parameter": "Contact Name", "operator": "Contains", "value": "mill"}
LARGE = {"parameter": "Amount", "operator": "GreaterThan", "value": 5}


def test_conditions_and_groups_that_are_repeated_are_read_once() -> None:
    (group,) = groups_of([NAMED, LARGE, NAMED], [LARGE, NAMED], [LARGE | {"value": "5.00"}, NAMED])
    assert [condition.parameter.name for condition in group] == ["Contact Name", "Amount"]


def looks(*groups: list[dict[str, Any]]) -> int:
    """How often the SQL of groups looks into contacts."""
    return compiled(groups_of(*groups), Sql()).count("crm_code.queried_contact contact")


def test_a_table_of_one_row_for_a_record_is_looked_into_once_in_a_group() -> None:
    archived = {"parameter": "Contact Archived", "operator": "IsFalse"}
    household = {"parameter": "Contact Type", "operator": "IsNot", "value": "Household"}
    assert looks([NAMED, {"parameter": "Contact Name", "operator": "StartsWith", "value": "a"}]) == 1
    assert looks([NAMED, archived, household]) == 2


def test_groups_that_ask_of_one_table_alone_look_into_it_once() -> None:
    assert looks(*([NAMED | {"value": f"mill {index}"}] for index in range(300))) == 1


def test_several_designations_are_not_taken_for_one() -> None:
    wells, well = ({"parameter": "Project Name", "operator": "Contains", "value": value} for value in "ab")
    sql = compiled(groups_of([wells, well]), Sql())
    assert sql.count("crm_code.queried_designation") == 2
