"""Where settings come from: the environment and one file, read once at start.

Names in the file are the names of the fields of `Settings`; in the environment they are upper case with the prefix `ALMONER_`.
The environment wins.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import fields

from almoner.kernel.text import nearest
from almoner.platform.contradictions import contradiction
from almoner.platform.settings import Settings, SettingsError

PREFIX = "ALMONER_"


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
