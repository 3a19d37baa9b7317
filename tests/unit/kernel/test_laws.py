"""Days, pages, tokens, texts and instants: the laws that the rest stands on."""

from __future__ import annotations

import unicodedata
import zoneinfo
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.kernel.clock import ManualClock, SystemClock, local_day, zone
from almoner.kernel.errors import Invalid
from almoner.kernel.ids import new_secret, secret_hash, secret_organization
from almoner.kernel.paging import SKIP_MAX, paging
from almoner.kernel.text import clean, fold, fold_code, full_name
from almoner.kernel.wire import local_text, utc_text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
instants = st.integers(-6 * 10**14, 4 * 10**15).map(lambda micros: EPOCH + timedelta(microseconds=micros))
zones = st.sampled_from(sorted(zoneinfo.available_timezones() - {"localtime"}))

# --- days ------------------------------------------------------------------------------------------------------


@given(instants, zones)
def test_the_local_day_is_utc_s_or_a_neighbour_and_does_not_ask_how_the_instant_is_written(
    instant: datetime, name: str
) -> None:
    day = local_day(instant, name)
    assert abs((day - instant.date()).days) <= 1
    assert day == local_day(instant.astimezone(zone("Asia/Kathmandu")), name)


@given(instants, zones, st.integers(0, 10**6))
def test_days_never_go_back_more_than_a_clock_is_set_back(instant: datetime, name: str, seconds: int) -> None:
    later = instant + timedelta(days=1, seconds=seconds)
    assert local_day(later, name) >= local_day(instant, name)


@pytest.mark.parametrize(
    ("instant", "name", "day"),
    [
        (datetime(2025, 1, 1, 7, 59, 59, tzinfo=UTC), "America/Los_Angeles", date(2024, 12, 31)),
        (datetime(2025, 1, 1, 8, 0, 0, tzinfo=UTC), "America/Los_Angeles", date(2025, 1, 1)),
        (datetime(2024, 12, 31, 10, 0, 0, tzinfo=UTC), "Pacific/Kiritimati", date(2025, 1, 1)),
        (datetime(2025, 3, 9, 7, 30, tzinfo=UTC), "America/New_York", date(2025, 3, 9)),
    ],
)
def test_the_day_turns_where_the_organization_is(instant: datetime, name: str, day: date) -> None:
    assert local_day(instant, name) == day


@pytest.mark.parametrize(
    "name", ["", "Nowhere/City", "../etc/passwd", "/etc/passwd", "UTC\0", "America", "a" * 5000]
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        zone(name)
    assert [error.field for error in caught.value.fields] == ["timeZone"]


def test_clocks_are_aware_and_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC
    clock = ManualClock(datetime(2025, 1, 1, tzinfo=zoneinfo.ZoneInfo("Asia/Tokyo")))
    assert clock.now() == datetime(2024, 12, 31, 15, tzinfo=UTC)
    clock.advance(timedelta(hours=-1))
    assert clock.now() == datetime(2024, 12, 31, 14, tzinfo=UTC)


@given(instants, zones)
def test_an_instant_is_written_the_same_from_every_zone(instant: datetime, name: str) -> None:
    text = utc_text(instant)
    assert text == utc_text(instant.astimezone(zone(name)))
    assert timedelta(0) <= instant - datetime.fromisoformat(text) < timedelta(milliseconds=1)
    assert f"{local_text(instant)}Z" == text


# --- pages -----------------------------------------------------------------------------------------------------

SORTS = {"id": "id", "createddate": "created_at"}


@given(st.integers(-(10**9), 10**9), st.integers(-(10**4), 10**4))
def test_a_page_is_in_its_limits_or_names_all_that_is_not(skip: int, take: int) -> None:
    broken = [
        name
        for name, value, most in (("skip", skip, SKIP_MAX), ("take", take, 1000))
        if not 0 <= value <= most
    ]
    if broken:
        with pytest.raises(Invalid) as caught:
            paging(skip, take, None, take_max=1000, sorts=SORTS, default_sort="id")
        assert [field.field for field in caught.value.fields] == broken
    else:
        page = paging(skip, take, None, take_max=1000, sorts=SORTS, default_sort="id")
        assert (page.skip, page.take) == (skip, take)


@given(st.text())
def test_a_sort_is_always_one_of_the_columns(name: str) -> None:
    page = paging(0, 10, name, take_max=1000, sorts=SORTS, default_sort="id")
    assert page.sort in SORTS.values()


@pytest.mark.parametrize("name", ["CreatedDate", "created date", " CREATED DATE "])
def test_a_sort_is_known_in_any_spelling(name: str) -> None:
    page = paging(0, 10, name, take_max=1000, sorts=SORTS, default_sort="id", descending=True)
    assert (page.sort, page.descending) == ("created_at", True)


# --- tokens ----------------------------------------------------------------------------------------------------


@given(st.integers(1, 10**18 - 1), st.sampled_from(["alr", "alc"]))
def test_a_token_names_its_organization_and_is_never_made_twice(organization_id: int, prefix: str) -> None:
    one, two = (new_secret(prefix, organization_id) for _ in range(2))
    assert one != two and secret_hash(one) != secret_hash(two)
    assert one.startswith(f"{prefix}_")
    assert secret_organization(one) == organization_id


@given(st.text())
def test_any_text_can_be_asked_for_its_organization(text: str) -> None:
    found = secret_organization(text)
    assert found is None or 0 <= found < 10**18
    assert len(secret_hash(text)) == 32


@pytest.mark.parametrize(
    "text", ["", "_", "a_1", "a__b", "a_-1_b", "a_1.0_b", f"a_{'9' * 19}_b", "a_\u0661_b", "a_ 1_b"]
)
def test_what_is_no_token_of_ours_names_nobody(text: str) -> None:
    assert secret_organization(text) is None


# --- texts -----------------------------------------------------------------------------------------------------


@given(st.text())
def test_folding_twice_changes_nothing_more_for_plain_letters(text: str) -> None:
    plain = text.encode("ascii", "ignore").decode()
    assert fold(fold(plain)) == fold(plain)
    assert fold(plain.upper()) == fold(plain.lower())


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Ada@Example.org", " ada@example.ORG "),
        ("Jos\u00e9", "Jose\u0301"),
        ("Stra\u00dfe", "STRASSE"),
        ("a  b", "A\tB"),
    ],
)
def test_texts_that_are_the_same_to_a_reader_fold_alike(one: str, two: str) -> None:
    assert fold(one) == fold(two)


@pytest.mark.parametrize(
    "code",
    [
        "wells",
        "Stra\u00dfe",
        "\u039f\u0394\u039f\u03a3",
        "\u0130stanbul",
        "\u0390",
        "\ufb01n-2",
        "e\u0301t\u00e9",
    ],
)
def test_a_code_has_one_key_however_its_letters_are_written(code: str) -> None:
    forms = {code, code.upper(), code.lower(), code.casefold(), f" {code}\t"}
    forms |= {unicodedata.normalize(form, text) for form in ("NFC", "NFD") for text in forms}
    assert len({fold_code(form) for form in forms}) == 1


@given(st.none() | st.text())
def test_clean_text_is_never_blank(text: str | None) -> None:
    cleaned = clean(text)
    assert cleaned is None or (cleaned == cleaned.strip() != "")


def test_a_full_name_leaves_out_what_is_missing() -> None:
    assert full_name("Ada", None, " ", " Example ") == "Ada Example"
    assert full_name(None, "") == ""
