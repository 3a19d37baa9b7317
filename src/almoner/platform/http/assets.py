"""Static files, served from memory under names that hold their content's hash, so that browsers keep them for good."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from almoner.kernel.errors import NotFound
from almoner.platform.http.requests import Request
from almoner.platform.http.responses import Reply
from almoner.platform.http.route import Route, get

_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file, ready to send."""

    url_name: str
    media_type: str
    plain: bytes

    @cached_property
    def packed(self) -> bytes:
        """The same by gzip, made when it is first asked for."""
        return gzip.compress(self.plain, mtime=0)


def load_assets(folder: Path) -> dict[str, Asset]:
    """The style sheets, scripts and images in `folder`, by file name."""
    return {path.name: _asset(path) for path in sorted(folder.iterdir()) if path.suffix in _TYPES}


def static_route(assets: Mapping[str, Asset], url: str) -> Route:
    """The route that sends them under `url`."""
    by_url = {asset.url_name: asset for asset in assets.values()}

    @get(url + "/{name:str}", None, documented=False)
    async def static(request: Request, name: str) -> Reply:
        """One file; its name changes whenever its content does."""
        if (asset := by_url.get(name)) is None:
            raise NotFound("There is no such file.")
        headers = [("Cache-Control", _FOR_GOOD), ("Vary", "Accept-Encoding")]
        if "gzip" in (request.header("accept-encoding") or ""):
            return Reply(200, asset.packed, asset.media_type, [*headers, ("Content-Encoding", "gzip")])
        return Reply(200, asset.plain, asset.media_type, headers)

    return static


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    mark = hashlib.sha256(content).hexdigest()[:12]
    return Asset(f"{path.stem}.{mark}{path.suffix}", _TYPES[path.suffix], content)
