"""Addresses and networks as a setting names them, with a space or a comma between."""

from __future__ import annotations

import ipaddress
from typing import TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks_in(text: str) -> tuple[Network, ...]:
    """The networks that `text` names, an address as a network of one. `ValueError` for what is none."""
    return tuple(ipaddress.ip_network(part) for part in text.replace(",", " ").split())


def wrong_network(text: str) -> str:
    """What is no network in `text`, in a sentence; empty when all are."""
    try:
        networks_in(text)
    except ValueError as error:
        return f"{error}. Name addresses and networks, like 127.0.0.1 and 10.1.0.0/16, with a space between."
    return ""
