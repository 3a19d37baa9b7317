"""Secrets of organizations at other systems: kept in the database, sealed with a key that is not in it."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from almoner.kernel.errors import Unavailable
from almoner.platform.settings import Settings

FILE = "secrets.key"
_NONCE_BYTES, _KEY_BYTES = 12, 32


class VaultLocked(Unavailable):
    """A secret that the organization entrusted to the server cannot be read: the key that it was sealed with is missing, or is another."""


_MISSING = "There is no key to read the secrets in the database with: set ALMONER_SECRETS_KEY, or restore the file {}."
_OTHER = "A secret in the database was sealed with another key: restore the earlier ALMONER_SECRETS_KEY or {}, or enter the secret again."


class Vault:
    """Seals and opens texts (AES-256-GCM); what was sealed about one thing does not open as another's."""

    def __init__(self, settings: Settings) -> None:
        self._set = settings.secrets_key
        self._file = settings.data_dir / FILE

    def seal(self, text: str, about: str) -> bytes:
        """`text` sealed; the key is made, and kept in the data folder, where there is none yet."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher(self._key(make=True)).encrypt(nonce, text.encode(), about.encode())

    def open(self, sealed: bytes, about: str) -> str:
        """The text that was sealed about this; `VaultLocked` says what is missing."""
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            opened: bytes = self._cipher(self._key(make=False)).decrypt(nonce, rest, about.encode())
        except InvalidTag:
            raise VaultLocked(_OTHER.format(self._file)) from None
        return opened.decode()

    def _cipher(self, key: bytes) -> AESGCM:
        return AESGCM(key)

    def _key(self, *, make: bool) -> bytes:
        if self._set:
            return key_of(self._set)
        try:
            return key_of(self._file.read_text(encoding="ascii").strip())
        except FileNotFoundError:
            if not make:
                raise VaultLocked(_MISSING.format(self._file)) from None
        _write_new(self._file, new_key())
        return self._key(make=False)


def new_key() -> str:
    """A key for a vault, as the setting `secrets_key` has it."""
    return base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def key_of(text: str) -> bytes:
    """The key that a text is; `VaultLocked` when it is none."""
    try:
        key = base64.urlsafe_b64decode(text)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise VaultLocked("The key of secrets is 32 bytes in URL-safe Base64.")
    return key


def _write_new(path: Path, text: str) -> None:
    """Write a file that only its owner reads; whoever comes second finds the first one's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    with os.fdopen(
        os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
