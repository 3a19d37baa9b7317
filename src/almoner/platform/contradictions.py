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

    @property
    def smtp_host(self) -> str:
        """The mail server, when there is one."""
        ...

    @property
    def smtp_user(self) -> str:
        """Name that it knows us by."""
        ...

    @property
    def smtp_password(self) -> str:
        """Password of that name."""
        ...

    @property
    def smtp_password_file(self) -> str:
        """File that holds it."""
        ...

    @property
    def mail_backoff_seconds(self) -> float:
        """Wait before the second attempt at a letter."""
        ...

    @property
    def mail_give_up_hours(self) -> float:
        """How long a letter waits for a server that is away."""
        ...

    @property
    def mail_per_second(self) -> float:
        """Most letters in a second."""
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
    return _of_mail(settings)


def _of_mail(settings: Together) -> str | None:
    if settings.smtp_password and settings.smtp_password_file:
        return "Settings 'smtp_password' and 'smtp_password_file' both name the password of the mail server: say one of them."
    if settings.smtp_user and not (settings.smtp_password or settings.smtp_password_file):
        return "Setting 'smtp_user' has no meaning without 'smtp_password_file' or 'smtp_password': name both, or neither."
    if (settings.smtp_password or settings.smtp_password_file) and not settings.smtp_user:
        return "The password of the mail server has no meaning without 'smtp_user': name both, or neither."
    if settings.smtp_user and not settings.smtp_host:
        return "Setting 'smtp_user' has no meaning without 'smtp_host'."
    hours = settings.mail_give_up_hours
    if settings.mail_backoff_seconds >= hours * 3600:
        return (
            f"Setting 'mail_backoff_seconds' ({settings.mail_backoff_seconds:g}) must be less than 'mail_give_up_hours' ({hours:g}):"
            " a letter is given up before it is tried twice."
        )
    if settings.mail_per_second * hours * 3600 < 1:
        return f"Setting 'mail_per_second' ({settings.mail_per_second:g}) sends no letter within 'mail_give_up_hours' ({hours:g})."
    return None
