"""Every operation says what it asks of its caller; those that are open to everybody are listed with the reason."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import almoner.console
from almoner.cli.scopes import OF_GROUPS, checked_group_scopes
from almoner.crm.routes import routes as crm_routes
from almoner.giving.routes import routes as giving_routes
from almoner.platform.http.route import Route
from almoner.platform.organizations.permissions import ACTIONS, granting, permission_of
from almoner.sync.routes import routes as sync_routes
from almoner.tenants.groups import DEFAULT_GROUPS

OPEN = {
    "POST /Token": "whoever signs in has no token yet",
    "POST /stripe/webhook/{organizationId}": "Stripe has no token; its signature is checked",
    "GET /api/Health": "whoever watches the server has no key",
    "GET /": "the front page says where everything is",
    "GET /console/sign-in": "whoever signs in has no session yet",
    "POST /console/sign-in": "as the page",
    "GET /console/invitation": "the link says who it is for",
    "POST /console/invitation": "as the page",
    "GET /Campaign/{campaignId}": "leads to a page that asks",
    "GET /Contact/{contactId}": "leads to a page that asks",
    "GET /Gift/{giftId}": "leads to a page that asks",
}
"""Operations that ask nothing of their caller, each with its reason."""

CHANGE_NOTHING = {
    "switch_organization": "it changes the caller's token alone",
    "refuse_campaign": "it says that campaigns are made by staff",
}
"""Operations that come as changes and ask to read alone."""

MAKE_WITHIN = {
    "addresses": "an address of a donor is a row of its own, with PUT and DELETE of its own",
    "contact-methods": "as an address",
    "erasure": "a right of its own, which no other right holds",
    "Project": "a project's days in a campaign are a row of their own, with PUT and DELETE of their own",
}
"""What is made within a record by POST, by the word after the record's id, each with the reason."""


def console_routes() -> list[Route]:
    """Every route that the console declares."""
    modules = [
        importlib.import_module(f"almoner.console.{each.name}")
        for each in pkgutil.iter_modules(almoner.console.__path__)
    ]
    found = {
        id(value): value
        for module in modules
        for value in [*vars(module).values(), *getattr(module, "routes", ())]
        if isinstance(value, Route)
    }
    return list(found.values())


def all_routes() -> list[Route]:
    """Every route of both products and of the console."""
    return [*crm_routes, *giving_routes, *sync_routes, *console_routes()]


def test_every_operation_asks_for_a_permission_or_is_listed_as_open() -> None:
    bare = {f"{route.method} {route.template}" for route in all_routes() if route.permission is None}
    assert bare == set(OPEN)


def test_reads_ask_to_read_and_changes_ask_for_more() -> None:
    wrong = [
        str(route)
        for route in all_routes()
        if route.permission is not None
        and (route.permission.endswith(":read")) is not (route.method == "GET" or route.reads)
        and route.name not in CHANGE_NOTHING
    ]
    assert wrong == []


def test_what_is_done_to_a_record_names_its_action() -> None:
    """A POST to a verb of a record would otherwise ask to create, which the key of a donation form may."""
    within = [route for route in all_routes() if route.method == "POST" and "}/" in route.template]
    assert [str(route) for route in within if str(route.scope).endswith(":write")] == []
    makes = {route.template.rpartition("/")[2] for route in within if str(route.scope).endswith(":create")}
    assert makes == set(MAKE_WITHIN)


@pytest.mark.parametrize("path", ["Receipt/gift/{giftId}", "Receipt/statements"])
def test_receipts_of_gifts_that_are_there_ask_to_change_gifts(path: str) -> None:
    """As the console asks: writing receipts and letters of what was given before is no part of giving."""
    (route,) = [each for each in giving_routes if (each.method, each.template) == ("POST", f"/api/{path}")]
    assert route.permission == "gift:update"


def test_the_console_asks_for_what_groups_can_grant() -> None:
    """A permission of the console alone could be given by nobody but the administrators."""
    asked = {route.permission for route in console_routes() if route.permission is not None}
    assert asked - {"self:read", "self:update"} <= set(OF_GROUPS)


@pytest.mark.parametrize("name", DEFAULT_GROUPS)
def test_the_first_groups_grant_what_there_is(name: str) -> None:
    assert checked_group_scopes(DEFAULT_GROUPS[name]) == list(DEFAULT_GROUPS[name])


@pytest.mark.parametrize(
    ("scope", "method", "permission"),
    [
        ("note:write", "POST", "note:create"),
        ("note:write", "PUT", "note:update"),
        ("note:write", "PATCH", "note:update"),
        ("note:write", "DELETE", "note:delete"),
        ("note:read", "POST", "note:read"),
        ("note:update", "POST", "note:update"),
    ],
)
def test_a_write_is_told_apart_by_its_method(scope: str, method: str, permission: str) -> None:
    assert permission_of(scope, method) == permission


@pytest.mark.parametrize("scope", ["note", "note:", ":read", "note:own", "Note:read", "note:*", "*"])
def test_a_scope_that_says_nothing_stops_the_start(scope: str) -> None:
    with pytest.raises(ValueError, match="form"):
        permission_of(scope, "GET")


@pytest.mark.parametrize("action", ACTIONS)
def test_what_grants_an_action_grants_no_other(action: str) -> None:
    for other in set(ACTIONS) - {action}:
        only = {f"note:{action}", f"*:{action}"}
        assert only <= granting(f"note:{action}")
        assert not only & granting(f"note:{other}")
    assert "note:write" not in granting("note:read")
