"""Settings of which one asks for more than another leaves."""

from __future__ import annotations

from typing import Protocol

from almoner.platform.networks import wrong_network


class Together(Protocol):
    """The settings that hang on each other."""

    @property
    def payment_settle_seconds(self) -> float:
        """After how long a payment that nothing came of is given back."""
        ...

    @property
    def payment_timeout_seconds(self) -> float:
        """How long a gateway is waited for."""
        ...

    @property
    def database_url(self) -> str:
        """The server, when it is not the embedded one."""
        ...

    @property
    def database_owner_url(self) -> str:
        """The same as its owner."""
        ...

    @property
    def trusted_proxies(self) -> str:
        """Networks of proxies that are believed."""
        ...

    @property
    def url_bytes_max(self) -> int:
        """The longest address."""
        ...

    @property
    def head_bytes_max(self) -> int:
        """The longest head."""
        ...


def contradiction(settings: Together) -> str | None:
    """What is wrong with settings that are each right by themselves; None when nothing is."""
    if settings.payment_settle_seconds < 3 * settings.payment_timeout_seconds:
        return (
            f"Setting 'payment_settle_seconds' ({settings.payment_settle_seconds:g}) must be at least three times"
            f" 'payment_timeout_seconds' ({settings.payment_timeout_seconds:g}): a payment is not given back while its gateway is still waited for."
        )
    if settings.database_owner_url and not settings.database_url:
        return "Setting 'database_owner_url' has no meaning without 'database_url': name both, or neither for the embedded database."
    if wrong := wrong_network(settings.trusted_proxies):
        return f"Setting 'trusted_proxies': {wrong}"
    if settings.url_bytes_max >= settings.head_bytes_max:
        return (
            f"Setting 'url_bytes_max' ({settings.url_bytes_max}) must be less than 'head_bytes_max' ({settings.head_bytes_max}):"
            " the address is a part of the head."
        )
    return None
