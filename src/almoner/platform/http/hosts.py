"""Which product a request is for: by its host name, else by the first part of its path."""

from __future__ import annotations

from urllib.parse import urlsplit

from almoner.platform.http.problems import CRM, RAISE, Dialect
from almoner.platform.settings import Settings

DIALECTS = {"raise": RAISE, "crm": CRM}


def dialect_named(product: str) -> Dialect:
    """How a product answers errors; what belongs to none answers as the first one."""
    return DIALECTS.get(product, RAISE)


class Hosts:
    """The host names that stand for a product."""

    def __init__(self, settings: Settings) -> None:
        hosts = {settings.raise_host: "raise", settings.crm_host: "crm"}
        self._products = {host.lower().encode(): name for host, name in hosts.items() if host}

    def product_of(self, path: str, host: bytes | None) -> tuple[str, str]:
        """The product, and the path within it; "" and the path as it is when it is neither's."""
        if self._products and host is not None:
            name = self._products.get(host.partition(b":")[0].lower())
            if name is not None:
                return name, path
        first, slash, rest = path.lstrip("/").partition("/")
        name = first.lower()
        return (name, slash + rest or "/") if name in DIALECTS else ("", path)

    def address_of(self, product: str, public_url: str) -> str:
        """Where a product's API is for who reaches the server at `public_url`: under its own host name, else under its prefix."""
        own = next((host.decode() for host, name in self._products.items() if name == product), None)
        if own is None:
            return f"{public_url}/{product}"
        url = urlsplit(public_url)
        return f"{url.scheme}://{own}{'' if url.port is None else f':{url.port}'}"

    def dialect_of(self, url: bytes, host: bytes | None) -> Dialect:
        """How errors are written to who asks for `url`, of which no more may be known."""
        name, _ = self.product_of(url.partition(b"?")[0].decode("latin-1"), host)
        return dialect_named(name)
