"""Sealing what only the holder of the installation's key may read (AES-256-GCM).

A sealed text is: 4 bytes key id, 12 bytes nonce, then ciphertext and tag. The key id tells
which key sealed it, so that two can be in use while a secret is being replaced.
"""

import hashlib
import os
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import Misconfigured
from bot.settings import Settings

_KEY_ID = 4
_NONCE = 12
_TAG = 16


class TextCipher:
    """Seals texts with one key and opens them with that key or the previous one."""

    def __init__(self, key: bytes, previous: bytes | None = None) -> None:
        """Keys have 32 bytes."""
        self._key_id = _id_of(key)
        self._ciphers = {_id_of(each): AESGCM(each) for each in (key, previous) if each}

    @classmethod
    def for_store(cls, settings: Settings) -> Self:
        """The cipher of the database; raises Misconfigured when a secret is no good."""
        return cls(settings.key("store"), settings.previous_key("store"))

    def encrypt(self, text: str) -> bytes:
        """`text` sealed; 32 bytes longer than its UTF-8, and different every time."""
        nonce = os.urandom(_NONCE)
        # A lone surrogate, which JSON can bring in, must come out again as it was.
        plain = text.encode("utf-8", "surrogatepass")
        sealed = self._ciphers[self._key_id].encrypt(nonce, plain, self._key_id)
        return self._key_id + nonce + sealed

    def decrypt(self, sealed: bytes) -> str:
        """The text that was sealed.

        Raises Misconfigured when it was sealed with a key that is not in use, and ValueError
        when the bytes were changed or cut.
        """
        key_id, nonce = sealed[:_KEY_ID], sealed[_KEY_ID : _KEY_ID + _NONCE]
        if len(sealed) < _KEY_ID + _NONCE + _TAG:
            raise ValueError("sealed text is cut short")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise Misconfigured(
                f"a stored text was sealed with another key ({key_id.hex()}, in use:"
                f" {', '.join(each.hex() for each in self._ciphers)}): set WENJING_SECRET to the"
                " secret this database was written with, or WENJING_PREVIOUS_SECRET to the old one"
            )
        try:
            return cipher.decrypt(nonce, sealed[_KEY_ID + _NONCE :], key_id).decode(
                "utf-8", "surrogatepass"
            )
        except InvalidTag as error:
            raise ValueError("sealed text was changed") from error


def _id_of(key: bytes) -> bytes:
    return hashlib.sha256(b"wenjing key id" + key).digest()[:_KEY_ID]
