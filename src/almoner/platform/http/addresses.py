"""From which address a request comes: what counts as one, and whom to believe about clients behind a proxy."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from almoner.platform.http.asgi import Scope
from almoner.platform.networks import Network

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
PROXIES = "almoner.proxies"
"""Where a scope has the networks of the proxies that are believed."""
_WITH_PORT = re.compile(r"\[(.+)\](?::[0-9]+)?|([0-9.]+):[0-9]+")


def address_of(client: tuple[str, int] | None) -> str:
    """What counts as one address: of IPv6 the network of 64 bits that one household or machine is given; "" for a local socket."""
    if client is None:
        return ""
    address = _parsed(client[0])
    return client[0] if address is None else _folded(address)


def client_of(scope: Scope) -> str:
    """The address, as `address_of` counts them, of the client that sent a request.

    At the other end of the connection, unless a proxy that is believed is there: then the last address in `X-Forwarded-For` that is
    none of those. What stands before it anybody may have written. A proxy that says nothing of use is the client itself.
    """
    client, proxies = scope.get("client"), scope.get(PROXIES, ())
    last = _parsed(client[0]) if client and proxies else None
    if last is None or not _is_one_of(last, proxies):
        return address_of(client)
    for text in reversed(_forwarded(scope["headers"])):
        told = _parsed(text)
        if told is None:
            break
        last = told
        if not _is_one_of(told, proxies):
            break
    return _folded(last)


def _forwarded(headers: Iterable[tuple[bytes, bytes]]) -> list[str]:
    values = [value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for"]
    return [part.strip() for value in values for part in value.split(",")]


def _parsed(text: str) -> Address | None:
    """An address, with or without a port; an IPv4 address that is written as IPv6 is that."""
    if (match := _WITH_PORT.fullmatch(text)) is not None:
        text = match[1] or match[2]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _folded(address: Address) -> str:
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))


def _is_one_of(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
