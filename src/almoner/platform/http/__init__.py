"""The HTTP edge of both products: routes, bodies, errors in two dialects, auth, transactions, documents, dispatch."""

from almoner.platform.http.asgi import ASGIApp
from almoner.platform.http.binding import Services
from almoner.platform.http.bodies import decode_body
from almoner.platform.http.idempotency import idempotency_key
from almoner.platform.http.pages import PageQuery
from almoner.platform.http.problems import CRM, RAISE, Dialect
from almoner.platform.http.product import product_app
from almoner.platform.http.requests import Request
from almoner.platform.http.responses import Reply, WithHeaders, redirect
from almoner.platform.http.root import root_app
from almoner.platform.http.route import Route, delete, form, get, patch, post, put, routes_in
from almoner.platform.wire import encode_json

__all__ = [
    "CRM",
    "RAISE",
    "ASGIApp",
    "Dialect",
    "PageQuery",
    "Reply",
    "Request",
    "Route",
    "Services",
    "WithHeaders",
    "decode_body",
    "delete",
    "encode_json",
    "form",
    "get",
    "idempotency_key",
    "patch",
    "post",
    "product_app",
    "put",
    "redirect",
    "root_app",
    "routes_in",
]
