"""What a handler may ask for: services by type, values of the caller's; anything else stops the start."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

import httpx
import pytest

from almoner.kernel.clock import Clock, ManualClock
from almoner.platform.database import Database, Tx
from almoner.platform.http import (
    RAISE,
    ASGIApp,
    PageQuery,
    Request,
    Route,
    Services,
    WithHeaders,
    delete,
    get,
    idempotency_key,
    patch,
    post,
    product_app,
)
from almoner.platform.http.originals import Original
from almoner.platform.organizations.rules import Caller
from almoner.platform.settings import PublicUrl, Settings
from almoner.platform.wire import Body, View
from tests.unit.platform.http.http_toy import FakeDatabase, authenticate


class Note(Body):
    text: str


class NoteView(View):
    text: str


def app(*routes: Route, services: Services | None = None, originals: Sequence[Original] = ()) -> ASGIApp:
    """A product of these routes."""
    return product_app(
        name="raise",
        info={"title": "t", "version": "1"},
        routes=routes,
        dialect=RAISE,
        db=cast("Database", FakeDatabase()),
        settings=Settings(),
        authenticate=authenticate,
        originals=originals,
        services=services,
    )


def ask(served: ASGIApp, method: str, path: str, **options: Any) -> httpx.Response:
    """One request with a good token."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=cast("Any", served))
        headers = {"Authorization": "Bearer good"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://toy.example", headers=headers
        ) as client:
            return await client.request(method, path, **options)

    return asyncio.run(send())


# --- what stops the start ---------------------------------------------------------------------------------


async def of_an_unknown_service(clock: Clock) -> list[str]:
    """Want a clock that nobody handed in."""
    return [clock.now().isoformat()]


async def of_a_text_nobody_handed_in(pubic_url: PublicUrl) -> list[str]:
    """Want a service that is a text."""
    return [pubic_url]


async def of_no_type(anything) -> list[str]:  # type: ignore[no-untyped-def]
    """Say nothing."""
    return [anything]


async def of_a_plain_dictionary(options: dict[str, str]) -> list[str]:
    """Want what no query can say."""
    return list(options)


async def with_two_bodies(note: Note, other: Note) -> list[str]:
    """Want two bodies."""
    return [note.text, other.text]


@pytest.mark.parametrize(
    ("handler", "parameter"),
    [
        (of_an_unknown_service, "clock"),
        (of_a_text_nobody_handed_in, "pubic_url"),
        (of_no_type, "anything"),
        (of_a_plain_dictionary, "options"),
        (with_two_bodies, "other"),
    ],
)
def test_a_parameter_that_nobody_can_fill_in_stops_the_start(
    handler: Callable[..., Awaitable[Any]], parameter: str
) -> None:
    with pytest.raises(ValueError, match=rf"route POST /note .*'{parameter}'"):
        app(post("/note", None)(handler))


async def with_tx(tx: Tx) -> None:
    """Want a transaction."""


async def with_caller(caller: Caller) -> None:
    """Want the caller."""


async def with_note(note: Note) -> NoteView:
    """Take a note."""
    return NoteView(text=note.text)


async def with_headers(note: Note) -> WithHeaders[NoteView]:
    """Take a note and say more."""
    return WithHeaders(NoteView(text=note.text), {"X-More": "yes"})


def not_async() -> None:
    """Block."""


async def by_number(note_id: int) -> list[int]:
    """Read by number."""
    return [note_id]


async def by_name(note_id: str) -> list[str]:
    """Read by name."""
    return [note_id]


@pytest.mark.parametrize(
    "route",
    [
        get("/note", None)(with_tx),
        get("/note", None)(with_caller),
        post("/note", None, once=True)(with_note),
        post("/note", "note:write", once=True)(with_headers),
        get("/note", "note:read")(with_note),
        delete("/note", "note:write")(with_note),
        get("/note", None)(cast("Any", not_async)),
        get("/note/{other_id:int}", None)(by_number),
        get("/note/{note_id:str}", None)(by_number),
        get("/note/{note_id:int}", None)(by_name),
    ],
    ids=str,
)
def test_a_route_that_breaks_the_pattern_stops_the_start(route: Route) -> None:
    with pytest.raises(ValueError, match="route"):
        app(route)


def test_two_routes_for_the_same_stop_the_start() -> None:
    with pytest.raises(ValueError, match="the same"):
        app(get("/note/{note_id:int}", None)(by_number), get("/NOTE/{note_id:str}", None)(by_name))


def test_a_malformed_scope_is_refused_where_it_is_written() -> None:
    with pytest.raises(ValueError, match="scope"):
        get("/note", "everything")(by_number)


def test_a_scope_must_be_said() -> None:
    with pytest.raises(TypeError):
        cast("Any", get)("/note")


# --- what is filled in ------------------------------------------------------------------------------------


@get("/services", None, sorts={"id": "id"})
async def tell_services(base: PublicUrl, time: Clock, page: PageQuery, request: Request) -> list[str]:
    """Use services under any name."""
    return [str(base), time.now().isoformat(), str(page.take), request.method]


def test_services_are_found_by_type_whatever_they_are_called() -> None:
    services: Services = {
        PublicUrl: PublicUrl("http://give.example"),
        Clock: ManualClock(datetime(2024, 5, 1, tzinfo=UTC)),
    }
    answer = ask(app(tell_services, services=services), "GET", "/services?base=evil&time=1")
    assert answer.json() == ["http://give.example", "2024-05-01T00:00:00+00:00", "25", "GET"]


@get("/api/Note/list", None, sorts={"id": "id"})
async def list_notes(page: PageQuery) -> list[str]:
    """Page through notes; the original has a filter as well."""
    return [str(page.take)]


NOTES = Original("GET", "/api/Note/list", "Note", "Page through notes", ("Skip", "Take", "Filter"))


@pytest.mark.parametrize(
    "query", ["Filter=zzzz&Take=1", "Filter=zzzz&Filter=", "Filter=&Filter=zzzz", "Filter=false&FILTER=zzzz"]
)
def test_a_filter_that_is_not_served_is_refused_with_what_is_understood(query: str) -> None:
    answer = ask(app(list_notes, originals=[NOTES]), "GET", f"/api/Note/list?{query}")
    assert answer.status_code == 400
    ((said,),) = answer.json()["errors"].values()
    assert "not served" in said and "Skip, Take, SortBy, Descending" in said


@pytest.mark.parametrize("query", ["Filter=", "filter=False"])
def test_a_filter_that_is_not_served_and_asks_for_nothing_is_passed_over(query: str) -> None:
    assert ask(app(list_notes, originals=[NOTES]), "GET", f"/api/Note/list?{query}").json() == ["25"]


@get("/values", None)
async def tell_values(
    at_least: Decimal, on_day: date, with_notes: bool = False, limit: int = 3, word: str | None = None
) -> list[str]:
    """Show each kind of value."""
    return [str(at_least), on_day.isoformat(), str(with_notes), str(limit), str(word)]


def test_values_of_the_query_have_camel_case_names_and_their_types() -> None:
    query = "atLeast=1.10&ONDAY=2024-05-01&withNotes=True&limit=-4&word=a%20b%2B+c"
    answer = ask(app(tell_values), "GET", f"/values?{query}")
    assert answer.json() == ["1.10", "2024-05-01", "True", "-4", "a b+ c"]


def test_a_value_written_twice_counts_once_and_two_values_are_refused() -> None:
    path = "/values?atLeast=1&onDay=2024-05-01&limit=6&LIMIT="
    assert ask(app(tell_values), "GET", f"{path}6").json()[3] == "6"
    refused = ask(app(tell_values), "GET", f"{path}5")
    assert refused.json()["errors"] == {"limit": ["This parameter is written twice with different values."]}


def test_everything_wrong_in_the_query_is_told_at_once() -> None:
    answer = ask(app(tell_values), "GET", f"/values?onDay=May&withNotes=2&limit={2**63}&word=")
    assert answer.status_code == 400
    assert answer.json()["errors"] == {
        "atLeast": ["This field is required."],
        "onDay": ["Invalid RFC3339 encoded date."],
        "withNotes": ["Expected true or false, got text."],
        "limit": ["Must be 9223372036854775807 or less."],
    }


def test_a_number_that_is_none_is_refused() -> None:
    answer = ask(app(tell_values), "GET", "/values?atLeast=NaN&onDay=2024-05-01")
    assert answer.json()["errors"] == {"atLeast": ["Expected a finite number."]}


@get("/name/{first:str}/{second:str}", None)
async def tell_names(first: str, second: str) -> list[str]:
    """Show two names of the path."""
    return [first, second]


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/name/a/b", ["a", "b"]),
        ("//NAME//A%2fb/C%2F/", ["A/b", "C/"]),
        ("/n%61me/a%20b/%7Bc%7D", ["a b", "{c}"]),
    ],
)
def test_names_in_a_path_keep_their_slashes_and_their_case(path: str, names: list[str]) -> None:
    assert ask(app(tell_names), "GET", f"http://toy.example{path}").json() == names


def test_a_slash_inside_a_name_does_not_part_the_path() -> None:
    assert ask(app(tell_names), "GET", "/name%2Fa/b").status_code == 404


@patch("/note", "note:write", once=False)
async def change_note(note: Note) -> WithHeaders[NoteView]:
    """Change a note."""
    return WithHeaders(NoteView(text=note.text), {"X-More": "yes"})


def test_a_view_may_go_out_with_headers_of_its_own() -> None:
    answer = ask(app(change_note), "PATCH", "/note", json={"text": "a"})
    assert (answer.json(), answer.headers["x-more"]) == ({"text": "a"}, "yes")


@post("/note/{place:str}", "note:write", once=True)
async def add_note(request: Request, place: str, note: Note) -> NoteView:
    """Add a note in a place."""
    return NoteView(text=f"{place} {note.text} {idempotency_key(request)}")


def test_a_create_in_another_spelling_of_the_path_is_the_same_create() -> None:
    served, headers = app(add_note), {"Idempotency-Key": "k-1"}
    first = ask(served, "POST", "/note/A", json={"text": "a"}, headers=headers)
    assert first.json() == {"text": "A a k-1"}
    assert ask(served, "POST", "/NOTE//A/", json={"text": "a"}, headers=headers).text == first.text
    assert ask(served, "POST", "/note/a", json={"text": "a"}, headers=headers).status_code == 409


def test_two_operations_of_one_name_stop_the_start() -> None:
    def listing(path: str) -> Route:
        @get(path, "note:read")
        async def list_notes() -> NoteView:
            return NoteView(text="x")

        return list_notes

    with pytest.raises(ValueError, match=r"route GET /api/A \(list_notes\); route GET /api/B \(list_notes\)"):
        app(listing("/api/A"), listing("/api/B"))
