"""Seals what patients and staff wrote before it is stored, and finds it without opening it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

#: Every sealed value begins with this; what does not was stored before values were sealed.
_MARK = "sealed1:"

#: Fernet's keys are 32 bytes.
_KEY_BYTES = 32

#: Fewer than this could be guessed.
_SHORTEST_INDEX_KEY = 32


class VaultError(Exception):
    """A key is no key, or a value was sealed with a key that is not here. Never says which text."""


class Vault:
    """Fernet (AES-128-CBC with HMAC-SHA256) with rotation, and keyed digests for lookups.

    Args:
        data_keys: Fernet keys, URL-safe base64 of 32 bytes, padded or not. The first one seals,
            all of them open.
        index_key: the key of the digests; it cannot be rotated without reading every record anew.

    Raises:
        VaultError: a key is unusable, or there is none.
    """

    def __init__(self, data_keys: Sequence[str], index_key: str) -> None:
        if not data_keys or not index_key:
            raise VaultError("there is no key to seal with")
        fernets = [Fernet(_fernet_key(key)) for key in data_keys]
        self._first = fernets[0]
        self._fernet = MultiFernet(fernets)
        self._index_key = index_key.encode("utf-8", "surrogateescape")

    @classmethod
    def from_secrets(cls, secrets: Mapping[str, str]) -> Vault:
        """The vault of an installation.

        Args:
            secrets: by name; `DATA_KEYS` has spaces between its keys, `INDEX_KEY` is one of 32
                characters or more.

        Raises:
            VaultError: a key is unusable, or there is none. Says which, never the key.
        """
        if len(secrets["INDEX_KEY"]) < _SHORTEST_INDEX_KEY:
            raise VaultError(f"INDEX_KEY is shorter than {_SHORTEST_INDEX_KEY} characters")
        try:
            return cls(secrets["DATA_KEYS"].split(), secrets["INDEX_KEY"])
        except VaultError as error:
            raise VaultError(f"DATA_KEYS cannot be used: {error}") from None

    def seal(self, text: str) -> str:
        """`text` so that only the holder of a key can read it; different at every call."""
        return _MARK + self._fernet.encrypt(text.encode("utf-8", "surrogatepass")).decode()

    def open(self, sealed: str) -> str:
        """What was sealed; a value that was stored unsealed as it is.

        Raises:
            VaultError: no key opens it.
        """
        if not sealed.startswith(_MARK):
            return sealed
        try:
            opened = self._fernet.decrypt(_token(sealed))
        except InvalidToken:
            raise VaultError("a stored value cannot be opened with the keys given") from None
        return opened.decode("utf-8", "surrogatepass")

    def is_current(self, sealed: str) -> bool:
        """Whether this is sealed with the first key, so that no other is needed to open it."""
        if not sealed.startswith(_MARK):
            return False
        try:
            self._first.decrypt(_token(sealed))
        except InvalidToken:
            return False
        return True

    def reseal(self, sealed: str) -> str:
        """The same value under the first key; a value that was stored unsealed gets sealed.

        Raises:
            VaultError: no key opens it.
        """
        if not sealed.startswith(_MARK):
            return self.seal(sealed)
        try:
            return _MARK + self._fernet.rotate(_token(sealed)).decode()
        except InvalidToken:
            raise VaultError("a stored value cannot be opened with the keys given") from None

    def index(self, kind: str, value: str) -> str:
        """The keyed digest by which `value` is found: HMAC-SHA256, 64 hexadecimal digits.

        Args:
            kind: keeps equal values of different kinds apart ("phone", "email").
        """
        message = f"{kind}\0{value}".encode("utf-8", "surrogatepass")
        return hmac.new(self._index_key, message, hashlib.sha256).hexdigest()


def _token(sealed: str) -> bytes:
    return sealed[len(_MARK) :].encode("utf-8", "surrogatepass")


def _fernet_key(key: str) -> bytes:
    padded = key.rstrip("=") + "=" * (-len(key.rstrip("=")) % 4)
    try:
        raw = base64.urlsafe_b64decode(padded)
    except ValueError:
        raise VaultError("a data key is not URL-safe base64") from None
    if len(raw) != _KEY_BYTES:
        raise VaultError("a data key is not 32 bytes long")
    return padded.encode()
