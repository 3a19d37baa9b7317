"""Every setting and every limit, typed, read once at start from the environment and one file.

Names in the file are the field names below; in the environment they are upper case with the prefix `ALMONER_`.
The environment wins. The table in `docs/reference/settings.md` is made of it.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import platformdirs
from msgspec import Meta
from msgspec.structs import fields

from almoner.kernel.text import nearest
from almoner.platform.contradictions import contradiction
from almoner.platform.letter_settings import LetterSettings

PREFIX = "ALMONER_"


class PublicUrl(str):
    """The address under which people reach this server, without a slash at its end; links begin with it."""

    __slots__ = ()


_Host = Annotated[str, Meta(pattern=r"^[^\s/:]*$")]  # a name without scheme or port, or nothing


class SettingsError(Exception):
    """A setting that is unknown or has a bad value; the text names it and its source."""


_SERVERS = r"^(\s*[a-z][a-z0-9-]{0,39}=postgres(ql)?://\S+)*\s*$"


class Settings(LetterSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole configuration of one process. Sizes in bytes, times in seconds unless the name says more."""

    data_dir: Annotated[Path, Meta(description="Folder of the embedded database, its log and secrets.")] = (
        Path(platformdirs.user_data_dir("almoner"))
    )
    database_url: Annotated[
        str, Meta(description="PostgreSQL 15+ to use instead of the embedded one; empty means embedded.")
    ] = ""
    database_owner_url: Annotated[
        str,
        Meta(
            description="The same database as its owner, for migrations; `database_url` needs no rights but the role `almoner_app` then."
        ),
    ] = ""
    further_servers: Annotated[
        str,
        Meta(
            description="More PostgreSQL servers for organizations, each `name=postgresql://..`, with a space between.",
            pattern=_SERVERS,
        ),
    ] = ""
    further_owner_servers: Annotated[
        str,
        Meta(
            description="The same of `further_servers` as their owners, by the same names.",
            pattern=_SERVERS,
        ),
    ] = ""
    postgres_bin: Annotated[
        str, Meta(description="Folder of PostgreSQL programs for the embedded server; empty means search.")
    ] = ""
    postgres_tcp: Annotated[
        bool, Meta(description="Let the embedded server also listen on 127.0.0.1 (for psql and reports).")
    ] = False
    pool_size: Annotated[
        int, Meta(ge=2, le=90, description="Database connections of this process, to each server.")
    ] = 12
    database_seconds: Annotated[
        float,
        Meta(
            ge=1, le=600, description="Longest wait for a free connection, and for the answer to a statement."
        ),
    ] = 30.0
    host: Annotated[str, Meta(description="Address the web server listens on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="Port of the web server; 0 picks a free one.")] = (
        8700
    )
    public_url: Annotated[
        str,
        Meta(
            description="Address users see, for links, with `http://` or `https://`; empty means the listening address.",
            pattern=r"^(https?://[^\s/]\S*)?$",
        ),
    ] = ""
    trusted_proxies: Annotated[
        str,
        Meta(
            description="Addresses and networks of proxies, with a space between, that are believed about whom they ask for (`X-Forwarded-For`); empty believes none."
        ),
    ] = ""
    raise_host: Annotated[
        _Host, Meta(description="Host name answered as the Raise API without its prefix.")
    ] = ""
    crm_host: Annotated[_Host, Meta(description="Host name answered as the CRM API without its prefix.")] = ""
    metrics_token: Annotated[
        str,
        Meta(
            description="Bearer token that `/metrics` asks for, of 16 letters and more; empty means that it answers this machine alone.",
            pattern=r"^([A-Za-z0-9._~+/-]{16,512}=*)?$",
        ),
    ] = ""
    body_bytes_max: Annotated[int, Meta(ge=1024, description="Greatest request body, in bytes.")] = 1_048_576
    head_bytes_max: Annotated[
        int, Meta(ge=1024, le=1_048_576, description="Greatest request line with all headers, in bytes.")
    ] = 32_768
    url_bytes_max: Annotated[
        int, Meta(ge=256, le=1_048_576, description="Longest address in a request line, in bytes.")
    ] = 8_192
    headers_max: Annotated[int, Meta(ge=16, le=10_000, description="Most headers of a request.")] = 100
    head_seconds: Annotated[float, Meta(gt=0, le=600, description="Longest wait for a request's head.")] = (
        10.0
    )
    body_seconds: Annotated[
        float,
        Meta(gt=0, le=3600, description="Longest wait for a body, and for a client to take its answer."),
    ] = 60.0
    idle_seconds: Annotated[
        float, Meta(ge=1, le=3600, description="Longest wait for another request on a connection.")
    ] = 65.0
    connections_max: Annotated[
        int, Meta(ge=1, le=100_000, description="Most connections of clients to this process.")
    ] = 1_000
    address_connections_max: Annotated[
        int,
        Meta(
            ge=1,
            le=100_000,
            description="Most of them from one address; behind a proxy, which is one address, as many as `connections_max`.",
        ),
    ] = 256
    page_take_default: Annotated[
        int,
        Meta(
            ge=1,
            le=1000,
            description="Records on a page when the caller names none and clients of the API rely on no other number.",
        ),
    ] = 25
    page_take_max: Annotated[int, Meta(ge=1, le=1000, description="Most records on one page.")] = 1000
    requests_per_hour: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000_000,
            description="Requests that an organization may send in an hour, with all its keys together, to the API that counts them; an organization may have a number of its own.",
        ),
    ] = 5_000
    lists_max: Annotated[
        int,
        Meta(
            ge=1,
            le=64,
            description="Lists of more than 100 records read at the same time, from each server; more wait for their turn.",
        ),
    ] = 3
    gift_projects_max: Annotated[
        int, Meta(ge=1, le=100, description="Most projects one gift is split across.")
    ] = 50
    give_batch_max: Annotated[
        int, Meta(ge=1, le=500, description="Most waiting gives written as one batch.")
    ] = 64
    give_writers: Annotated[
        int, Meta(ge=1, le=16, description="Batches of gives written at the same time, to each server.")
    ] = 2
    give_queue_max: Annotated[
        int, Meta(ge=1, description="Waiting gives for one server before new ones get 503.")
    ] = 2000
    give_lock_seconds: Annotated[
        float,
        Meta(gt=0, le=600, description="Longest wait of a give for a record that another transaction holds."),
    ] = 10.0
    payment_timeout_seconds: Annotated[
        float, Meta(gt=0, le=120, description="Longest wait for a payment gateway's answer to a give.")
    ] = 30.0
    payment_confirm_seconds: Annotated[
        float,
        Meta(
            ge=60,
            le=86_400,
            description="So long a payment waits to be confirmed at the bank before it is called off.",
        ),
    ] = 900.0
    processor_events_keep_days: Annotated[
        int, Meta(ge=31, le=3650, description="Days that events of processors stay once they are acted on.")
    ] = 90
    secrets_key: Annotated[
        str,
        Meta(
            pattern=r"^([A-Za-z0-9_\-]{43}=)?$",
            description="Key that secrets in the database, such as those of payment processors, are sealed with: 32 bytes in URL-safe Base64. Empty means the file `secrets.key` in the data folder.",
        ),
    ] = ""
    payment_settle_seconds: Annotated[
        float,
        Meta(
            gt=0,
            le=3600,
            description="After this time a payment that came to nothing is looked for at its gateway and given back; at least three times `payment_timeout_seconds`.",
        ),
    ] = 120.0
    sync_workers: Annotated[
        int, Meta(ge=0, le=8, description="Sync workers in this process for each server; 0 runs none.")
    ] = 4
    sync_batch_max: Annotated[
        int, Meta(ge=1, le=5000, description="Most events one sync transaction takes.")
    ] = 500
    sync_poll_seconds: Annotated[
        float, Meta(gt=0, le=60, description="Longest wait for news without a notification.")
    ] = 0.5
    sync_attempts_max: Annotated[
        int, Meta(ge=1, le=100, description="Attempts at one record before it fails as retries_exhausted.")
    ] = 8
    sync_backoff_seconds: Annotated[
        float, Meta(gt=0, description="Wait before the second attempt; it doubles with each further one.")
    ] = 1.0
    sync_backoff_seconds_max: Annotated[float, Meta(gt=0, description="Longest wait between attempts.")] = (
        300.0
    )
    sync_mend_seconds: Annotated[
        float,
        Meta(gt=0, le=3600, description="Pause between looks for projects that the CRM has come to take."),
    ] = 2.0
    sync_trouble_seconds: Annotated[
        float,
        Meta(
            gt=0, le=60, description="Pause of a worker after an error nobody foresaw; it doubles each time."
        ),
    ] = 0.2
    sync_trouble_seconds_max: Annotated[
        float, Meta(gt=0, le=3600, description="Longest pause of a worker after such errors.")
    ] = 5.0
    token_cache_seconds: Annotated[
        float,
        Meta(ge=0, le=60, description="How long a checked token is trusted before it is checked again."),
    ] = 5.0
    session_hours: Annotated[int, Meta(ge=1, le=720, description="Life of a console session, in hours.")] = 12
    sign_in_minutes: Annotated[
        int, Meta(ge=1, le=1440, description="Life of a sign-in link, in minutes.")
    ] = 30
    invitation_hours: Annotated[
        int,
        Meta(ge=1, le=720, description="Life of the link on which a user sets a password, in hours."),
    ] = 72
    shutdown_seconds: Annotated[
        float,
        Meta(
            gt=0,
            le=120,
            description="Longest time that a stop takes; requests that would take longer get 503.",
        ),
    ] = 10.0
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="Least severe level that is logged.")
    ] = "info"
    log_format: Annotated[
        Literal["console", "json"], Meta(description="Log lines for people or for machines.")
    ] = "console"

    @property
    def further(self) -> dict[str, str]:
        """The addresses of `further_servers` by name; of two with one name the later one."""
        return _by_name(self.further_servers)

    @property
    def further_owned(self) -> dict[str, str]:
        """The same as their owners, where `further_owner_servers` names those."""
        owned = _by_name(self.further_owner_servers)
        return {name: owned.get(name, address) for name, address in self.further.items()}


def _by_name(servers: str) -> dict[str, str]:
    parts = (server.partition("=") for server in servers.split())
    return {name: address for name, _, address in parts}


def _meaning(kind: Any) -> str:
    return next((meta.description for meta in getattr(kind, "__metadata__", ()) if meta.description), "")


_MEANINGS = {field.name: _meaning(field.type) for field in fields(Settings)}


def load_settings(
    environ: Mapping[str, str] | None = None, file: Path | None = None, **overrides: object
) -> Settings:
    """The settings of this process: defaults, then the file, then the environment, then `overrides`.

    The file is `file`, or `ALMONER_CONFIG`, or `almoner.toml` in the data folder when it exists.
    Raises `SettingsError` naming the setting and where it was set.
    """
    environ = os.environ if environ is None else environ
    given = {name: value for name, value in overrides.items() if value is not None}
    from_environment = _from_environment(environ)
    explicit = file or (Path(environ[PREFIX + "CONFIG"]) if PREFIX + "CONFIG" in environ else None)
    path = explicit or data_dir_named(environ, given.get("data_dir")) / "almoner.toml"
    from_file = _from_file(path, required=explicit is not None)
    values: dict[str, object] = {}
    for source, part in ((str(path), from_file), ("the environment", from_environment), ("the call", given)):
        values |= _checked(part, source)
    settings = _convert(values)
    if wrong := contradiction(settings):
        raise SettingsError(wrong)
    return settings


def data_dir_named(environ: Mapping[str, str], said: object = None) -> Path:
    """The data folder of a call, whatever else is wrong with its settings: `said` by option, by variable, or the default."""
    return Path(str(said or environ.get(PREFIX + "DATA_DIR") or Settings().data_dir))


def unknown_variables(environ: Mapping[str, str], others: Iterable[str]) -> list[str]:
    """A sentence about each variable that looks like a setting and is neither one nor one of `others`: mostly a misspelt one."""
    known = [*(PREFIX + name.upper() for name in (*Settings.__struct_fields__, "config")), *others]
    return [
        f"No setting has the name {name}.{_did_you_mean(name.removeprefix(PREFIX), variable=True)}"
        for name in sorted(environ)
        if name.startswith(PREFIX) and name not in known
    ]


def _did_you_mean(name: str, *, variable: bool = False) -> str:
    if (meant := nearest(name, Settings.__struct_fields__)) is None:
        return ""
    return f" Did you mean `{PREFIX + meant.upper() if variable else meant}`?"


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    known = {PREFIX + name.upper(): name for name in Settings.__struct_fields__}
    return {known[key]: value for key, value in environ.items() if key in known and value != ""}


def _from_file(path: Path, *, required: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text())
    except FileNotFoundError:
        if required:
            raise SettingsError(f"The settings file {path} does not exist.") from None
        return {}
    except (NotADirectoryError, PermissionError) as error:
        is_no_folder = isinstance(error, NotADirectoryError)
        if required or (os.access(path.parent, os.X_OK) and not is_no_folder):
            raise SettingsError(f"The settings file {path} cannot be read: {error.strerror}.") from error
        wrong = "is not a folder" if is_no_folder else "may not be entered by this account"
        raise SettingsError(
            f"Setting 'data_dir': {path.parent} {wrong}. Run Almoner as the account that owns it, or name another folder."
        ) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error}") from error


def _checked(part: dict[str, object], source: str) -> dict[str, object]:
    for name, value in part.items():
        if name not in Settings.__struct_fields__:
            meant = _did_you_mean(name)
            raise SettingsError(f"Setting '{name}' in {source}: There is no such setting.{meant}")
        try:
            _convert({name: value})
        except msgspec.ValidationError as error:
            raise SettingsError(f"Setting '{name}' in {source}: {_plain(error, name)}") from error
    return part


def _plain(error: msgspec.ValidationError, name: str) -> str:
    """What is wrong without the words of schemas, and what the setting is."""
    text = str(error).partition(" - at ")[0].replace("`", "")
    for jargon, word in {
        "str": "text",
        "int": "a whole number",
        "float": "a number",
        "bool": "true or false",
    }.items():
        text = re.sub(rf"\b{jargon}\b", word, text)
    for sign, words in ((" <= ", " of at most "), (" >= ", " of at least "), (" > ", " above ")):
        text = text.replace(sign, words)
    text = re.sub(r" matching regex .*", " of another form", text)
    return f"{text}. It is: {_MEANINGS[name]}"


def _convert(values: dict[str, object]) -> Settings:
    return msgspec.convert(values, Settings, strict=False, dec_hook=_path)


def _path(_kind: type, value: object) -> object:
    """The one kind of value that msgspec does not know: a path, given as text. Anything else stays as it is."""
    return Path(value) if isinstance(value, str) else value
