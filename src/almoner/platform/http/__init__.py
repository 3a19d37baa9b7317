"""The HTTP edge of both products: bodies, errors, auth, transactions, tolerance, documents, dispatch."""

from almoner.platform.database import Tx
from almoner.platform.http.auth import Caller, scope
from almoner.platform.http.bodies import decode_body
from almoner.platform.http.idempotency import Once, idempotency_key
from almoner.platform.http.pages import PageQuery
from almoner.platform.http.problems import CRM, RAISE, Dialect
from almoner.platform.http.product import product_app
from almoner.platform.http.responses import Reply, encode_json
from almoner.platform.http.root import root_app

__all__ = [
    "CRM",
    "RAISE",
    "Caller",
    "Dialect",
    "Once",
    "PageQuery",
    "Reply",
    "Tx",
    "decode_body",
    "encode_json",
    "idempotency_key",
    "product_app",
    "root_app",
    "scope",
]
