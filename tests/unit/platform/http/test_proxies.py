"""Whom a proxy is believed about: who is told by a trusted one, and nobody else."""

from __future__ import annotations

import pytest

from almoner.platform.http.addresses import PROXIES, client_of
from almoner.platform.networks import networks_in
from almoner.platform.setting_sources import load_settings
from almoner.platform.settings import SettingsError

TRUSTED = "127.0.0.1 10.1.0.0/16, 2001:db8::/64"


def told(peer: str | None, *forwarded: str, trusted: str = TRUSTED) -> str:
    """The address of a request from `peer` with these headers."""
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    client = None if peer is None else (peer, 1)
    return client_of({"client": client, "headers": headers, PROXIES: networks_in(trusted)})


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("127.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("::ffff:127.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["203.0.113.9", "198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["203.0.113.9, 198.51.100.7, 10.1.2.3"], "198.51.100.7"),
        ("2001:db8::5", ["198.51.100.7:4711"], "198.51.100.7"),
        ("127.0.0.1", ["[2001:db8:7:7::1]:4711"], "2001:db8:7:7::/64"),
        ("127.0.0.1", ["2001:db8:7:7::1"], "2001:db8:7:7::/64"),
        ("127.0.0.1", ["::ffff:198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.7, unknown"], "127.0.0.1"),
        ("127.0.0.1", ["unknown, 10.1.2.3"], "10.1.2.3"),
        ("127.0.0.1", ["10.1.2.3, 10.1.2.4"], "10.1.2.3"),
        ("198.51.100.9", ["203.0.113.9"], "198.51.100.9"),
        (None, ["203.0.113.9"], ""),
    ],
)
def test_the_last_address_that_is_no_proxy_counts(
    peer: str | None, forwarded: list[str], address: str
) -> None:
    assert told(peer, *forwarded) == address


def test_nobody_is_believed_unless_named() -> None:
    assert told("127.0.0.1", "203.0.113.9", trusted="") == "127.0.0.1"


@pytest.mark.parametrize("value", ["localhost", "10.1.2.3/16", "10.1.0.0/33", "127.0.0.1;10.0.0.1"])
def test_what_is_no_address_is_refused_at_start_by_name(value: str) -> None:
    with pytest.raises(SettingsError, match="trusted_proxies"):
        load_settings({}, trusted_proxies=value)
