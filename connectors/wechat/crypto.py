"""Signatures and encryption of WeChat's pushes (and WeCom's: the scheme is the same).

Source: developers.weixin.qq.com, "消息加解密说明".
"""

import base64
import binascii
import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from bot.errors import BadPayload, BadSignature

_PADDING = PKCS7(256)  # In bits: WeChat pads to 32 bytes, not to AES's 16.
_RANDOM_BYTES = 16
_LENGTH_BYTES = 4


def signature(*parts: str) -> str:
    """SHA-1, in hex, of the parts sorted by byte value and joined."""
    joined = b"".join(sorted(part.encode() for part in parts))
    # The platform prescribes SHA-1; the secret token makes it a keyed hash.
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def check_signature(given: str, *parts: str) -> None:
    """Raise BadSignature unless `given` is the signature of the parts."""
    if not hmac.compare_digest(given.encode(), signature(*parts).encode()):
        raise BadSignature("signature does not match")


class Envelope:
    """Encrypts and decrypts for one app."""

    def __init__(self, aes_key: str, app_id: str) -> None:
        """`aes_key` is the EncodingAESKey: 43 characters of base64."""
        self._key = base64.b64decode(aes_key + "=")
        self._app_id = app_id.encode()

    def open(self, encrypted: str) -> bytes:
        """The XML in an Encrypt element; raises BadPayload. Check its signature first."""
        try:
            decryptor = self._cipher().decryptor()
            sealed = base64.b64decode(encrypted, validate=True)
            padded = decryptor.update(sealed) + decryptor.finalize()
            unpadder = _PADDING.unpadder()
            plain = unpadder.update(padded) + unpadder.finalize()
        except (ValueError, binascii.Error) as error:
            raise BadPayload("body cannot be decrypted") from error
        start = _RANDOM_BYTES + _LENGTH_BYTES
        end = start + int.from_bytes(plain[_RANDOM_BYTES:start], "big")
        if end > len(plain) or not hmac.compare_digest(plain[end:], self._app_id):
            raise BadPayload("body was encrypted for another app")
        return plain[start:end]

    def seal(self, xml: bytes, *, random: bytes | None = None) -> str:
        """The Encrypt element for `xml`; tests set the 16 random bytes."""
        random = random or os.urandom(_RANDOM_BYTES)
        plain = random + len(xml).to_bytes(_LENGTH_BYTES, "big") + xml + self._app_id
        padder = _PADDING.padder()
        encryptor = self._cipher().encryptor()
        padded = padder.update(plain) + padder.finalize()
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))
