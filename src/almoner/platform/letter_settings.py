"""The settings of letters and printed documents; `platform/settings.py` has the others."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class LetterSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How letters leave, and what prints documents. Times in seconds unless the name says more."""

    smtp_host: Annotated[
        str,
        Meta(
            description="Mail server that letters are sent through; empty means that they are written into a folder.",
            pattern=r"^[^\s/:]*$",
        ),
    ] = ""
    smtp_port: Annotated[int, Meta(ge=1, le=65535, description="Port of the mail server.")] = 587
    smtp_tls: Annotated[
        Literal["starttls", "tls", "none"],
        Meta(
            description="How the connection to the mail server is sealed: after a greeting, from the start, or not at all."
        ),
    ] = "starttls"
    smtp_user: Annotated[
        str, Meta(description="Name that the mail server knows us by; empty means that it asks for none.")
    ] = ""
    smtp_password: Annotated[str, Meta(description="Password of `smtp_user`.")] = ""
    smtp_password_file: Annotated[
        str, Meta(description="File that holds the password, in the place of `smtp_password`.")
    ] = ""
    smtp_seconds: Annotated[
        float, Meta(gt=0, le=300, description="Longest wait for an answer of the mail server.")
    ] = 30.0
    mail_from: Annotated[
        str,
        Meta(
            description="Address that letters come from where an organization names none of its own.",
            pattern=r"^([^@\s<>]+@[^@\s<>]+)?$",
        ),
    ] = ""
    mail_outbox_dir: Annotated[
        str,
        Meta(
            description="Folder of letters where there is no mail server; empty means `outbox` in the data folder."
        ),
    ] = ""
    mail_per_second: Annotated[
        float, Meta(gt=0, le=10_000, description="Most letters that this process sends in a second.")
    ] = 50.0
    mail_attempts_max: Annotated[
        int,
        Meta(ge=1, le=100, description="Attempts at one letter that the server puts off before it fails."),
    ] = 8
    mail_backoff_seconds: Annotated[
        float,
        Meta(
            gt=0,
            le=3600,
            description="Wait before the second attempt at a letter; it doubles with each further one, up to an hour.",
        ),
    ] = 30.0
    mail_give_up_hours: Annotated[
        float,
        Meta(
            gt=0,
            le=720,
            description="How long a letter waits for a mail server that is away before it fails.",
        ),
    ] = 72.0
    receipt_workers: Annotated[
        int,
        Meta(
            ge=0,
            le=8,
            description="Workers in this process, for each server, that write receipts; 0 runs none, and sends none. They make room for requests and the sync.",
        ),
    ] = 1
    receipt_fonts: Annotated[
        str,
        Meta(
            description="Folder of further fonts for receipts, for letters that those which come along lack."
        ),
    ] = ""
