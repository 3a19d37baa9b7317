"""Days and links as the CRM writes and reads them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.crm.wire import link, midnight_text, short_text, stamps
from almoner.kernel.days import parse_day


def test_the_two_forms_of_a_day() -> None:
    day = date(2023, 12, 7)
    assert (midnight_text(day), short_text(day)) == ("2023-12-07T00:00:00", "12/7/2023")


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_day_that_is_written_can_be_read(day: date) -> None:
    assert parse_day(midnight_text(day)) == parse_day(short_text(day)) == day


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-09",
        "2024-03-09T23:59:59-11:00",
        "2024-03-09 10:00",
        "3/9/2024",
        "03/09/2024",
        "3.9.2024",
        " 3/9/2024 ",
    ],
)
def test_days_are_read_as_clients_write_them_and_never_shifted(text: str) -> None:
    assert parse_day(text) == date(2024, 3, 9)


@pytest.mark.parametrize(
    "text", ["", "soon", "2024", "2024-13-01", "2023-02-29", "3/9.2024", "9/3/24", "٣/٩/٢٠٢٤"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the sentence is the caller's
        parse_day(text)


def test_links_are_whole_addresses() -> None:
    assert link("https://a.org/crm", "Gift/ByContact", 7) == "https://a.org/crm/api/Gift/ByContact/7"


@given(
    st.datetimes(
        min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
    ),
    st.sampled_from([1, 10, 1000, 10_000, 1_000_000]),
)
def test_a_stamp_of_json_is_that_of_the_column(instant: datetime, digits: int) -> None:
    """PostgreSQL writes a fraction without the zeros at its end."""
    instant = instant.replace(microsecond=instant.microsecond // digits * digits)
    whole, dot, fraction = instant.isoformat()[:-6].partition(".")
    text = f"{whole}{dot}{fraction.rstrip('0')}{instant.isoformat()[-6:]}"
    assert stamps({"created_at": text, "modified_at": instant}) == stamps(
        {"created_at": instant, "modified_at": text}
    )
