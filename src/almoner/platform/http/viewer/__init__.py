"""A page to read an API's OpenAPI document and to try its operations, from the server that serves them."""

from __future__ import annotations

from html import escape
from pathlib import Path

from almoner.kernel.errors import NotFound
from almoner.platform.http.assets import load_assets, static_route
from almoner.platform.http.hosts import Hosts
from almoner.platform.http.requests import Request
from almoner.platform.http.responses import Reply
from almoner.platform.http.route import Route, get
from almoner.platform.settings import Settings

_ASSETS = load_assets(Path(__file__).parent)
_PATH = "/docs"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cache-Control", "no-cache"),
    ("Vary", "Host"),
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title}</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="{base}{css}">
  <link rel="stylesheet" href="{base}{own_css}">
</head>
<body>
  <nav aria-label="Documents"><a href="/">Front page</a><a href="{prefix}/openapi.json">openapi.json</a><a href="{prefix}/coverage.json">coverage.json</a></nav>
  <main id="api"></main>
  <noscript>This page needs scripts. The same is in <a href="{prefix}/openapi.json">openapi.json</a>.</noscript>
  <script src="{base}{bundle}" defer></script>
  <script id="viewer" src="{base}{own}" data-prefix="{prefix}" data-document="{prefix}/openapi.json" defer></script>
</body>
</html>
"""


def viewer_routes(product: str, title: str, settings: Settings) -> tuple[Route, ...]:
    """The page at `/docs` of an API, the files it is made of, and the way to it from the API's own address."""
    hosts = Hosts(settings)

    def prefix_of(request: Request) -> str:
        host = (request.header("host") or "").encode("latin-1")
        return "" if hosts.product_of("/", host)[0] == product else f"/{product}"

    @get("/", None, documented=False)
    async def front(request: Request) -> Reply:
        """Lead who reads pages to the page; for a client there is no operation here."""
        if "text/html" not in (request.header("accept") or ""):
            raise NotFound("There is no operation at this address. What there is stands in openapi.json.")
        return Reply(303, b"", headers=[("Location", f"{prefix_of(request)}{_PATH}"), ("Vary", "Host")])

    @get(_PATH, None, documented=False)
    async def docs(request: Request) -> Reply:
        """The document of this API, to read and to try."""
        prefix = prefix_of(request)
        text = _PAGE.format(
            title=escape(title),
            prefix=prefix,
            base=f"{prefix}{_PATH}/",
            css=_ASSETS["swagger-ui.css"].url_name,
            own_css=_ASSETS["viewer.css"].url_name,
            bundle=_ASSETS["swagger-ui-bundle.js"].url_name,
            own=_ASSETS["viewer.js"].url_name,
        )
        return Reply(200, text.encode(), "text/html; charset=utf-8", _HEADERS)

    return front, docs, static_route(_ASSETS, _PATH)
