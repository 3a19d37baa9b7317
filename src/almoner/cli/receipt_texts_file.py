"""A file of what receipts say: TOML that people edit, or the JSON of the API. What is written here can be read again. Pure."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from almoner.giving.receipts.defaults import HTML, LABELS, NAMES, TEMPLATES
from almoner.giving.receipts.requests import ReceiptSettingBody
from almoner.giving.receipts.views import ReceiptSettingView
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import did_you_mean
from almoner.platform.http.bodies import decode_body
from almoner.platform.http.leniency import paths_told
from almoner.platform.wire import said, told, wire_name

BUILT_IN = {
    **TEMPLATES,
    **dict.fromkeys(HTML, ""),
    **{f"label_{name}": word for name, word in LABELS.items()},
}
"""Every text as it stands where an organization has none of its own, in the order in which a file has them."""
FIELDS = tuple(
    wire_name(name) for name in ReceiptSettingBody.__struct_fields__ if name not in ("logo", "templates")
)
"""What else a file says, by its name there."""
_TOLD = paths_told(ReceiptSettingView)
_UNWRITTEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|'''|'\Z")
"""What cannot stand between three quotes."""


def toml_of(setting: ReceiptSettingView, heading: Iterable[str]) -> str:
    """The setting as a file in TOML with every text, under a `heading` of lines. Texts that are its own are marked."""
    shown = told(setting)
    lines = [f"# {line}" for line in heading]
    lines += ["", *(f"{name} = {_value(shown[name])}" for name in FIELDS), "", "[templates]"]
    for name, text in BUILT_IN.items():
        own = setting.templates.get(name)
        lines += ["", "# your own"] if own is not None else [""] if not name.startswith("label_") else []
        lines.append(f"{name} = {_value(text.strip() if own is None else own)}")
    return "\n".join(lines) + "\n"


def read_file(raw: bytes, name: str) -> dict[str, Any]:
    """What the file called `name` says, by field, as a body of the API would. `Invalid` names what cannot be read, with its line.

    A text that is the built-in one word for word is as if it was not the organization's own.
    """
    content = raw.removeprefix(b"\xef\xbb\xbf")
    document = content if content.lstrip().startswith(b"{") else _from_toml(content, name)
    _check_json(document, name)
    ignored: list[str] = []
    fields = said(decode_body(document, ReceiptSettingBody, ignored, _TOLD))
    if ignored:
        raise Invalid(f"{name} names what there is not.", fields=tuple(map(_unknown, ignored)))
    if fields.get("templates") is not None:
        fields["templates"] = dict(_own(fields["templates"]))
    return fields


def _own(texts: Mapping[str, str | None]) -> Iterator[tuple[str, str | None]]:
    for name, text in texts.items():
        is_built_in = (text or "").strip() == BUILT_IN.get(name, "").strip()
        yield name, None if is_built_in else text


def _from_toml(content: bytes, name: str) -> bytes:
    try:
        return json.dumps(tomllib.loads(content.decode()), default=str).encode()
    except UnicodeDecodeError:
        raise Invalid(f"{name} cannot be read: it is no text in UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{name} cannot be read: {error}.") from None
    except RecursionError:
        raise Invalid(f"{name} cannot be read: it is nested too deeply.") from None


def _check_json(document: bytes, name: str) -> None:
    """Say in which line a text is no JSON; whatever else is wrong is told by who reads it."""
    try:
        json.loads(document)
    except json.JSONDecodeError as error:
        raise Invalid(
            f"{name} cannot be read: {error.msg} (at line {error.lineno}, column {error.colno})."
        ) from None
    except UnicodeDecodeError:
        raise Invalid(f"{name} cannot be read: it is no text in UTF-8.") from None
    except RecursionError:
        raise Invalid(f"{name} cannot be read: it is nested too deeply.") from None


def _unknown(path: str) -> FieldError:
    if path in NAMES:
        return FieldError(path, "UNKNOWN", "This is a text: it stands under `[templates]`.")
    meant = did_you_mean(path, (*FIELDS, "templates")) or f" There are: {', '.join(FIELDS)}."
    return FieldError(path[:60], "UNKNOWN", f"There is no such field.{meant}")


def _value(value: str | bool | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = (value or "").replace("\r\n", "\n")
    if "\n" in text and not _UNWRITTEN.search(text):
        return f"'''\n{text}\n'''"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
