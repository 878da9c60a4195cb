"""The tokens of somebody who is signed in, sealed by the id that the browser alone has: Redis holds a digest of that id, and cannot open them.

AES-256-GCM; the key is a keyed hash of the id, which is 128 random bits. A service keeps tokens only where it asks other services in the person's
name, and each of those judges the person by itself.
"""

import hmac
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.ids import draw_bytes

_LABEL = b"baoxue session tokens 1"
_NONCE_BYTES = 12


class HeldTokens(msgspec.Struct, frozen=True, array_like=True):
    """An access token, until when it lives, in seconds since 1970, and what renews it; "" where nothing does."""

    access: bytes
    ends: float
    refresh: str = ""


_encode = msgspec.msgpack.encode
_decode = msgspec.msgpack.Decoder(HeldTokens).decode


def seal(drawn: str, tokens: HeldTokens) -> bytes:
    """Return tokens as they are kept: nonce, ciphertext, tag."""
    nonce = draw_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_key(drawn)).encrypt(nonce, _encode(tokens), _LABEL)


def unseal(drawn: str, sealed: bytes) -> HeldTokens | None:
    """Return the tokens; None where there are none, or another id sealed them."""
    try:
        clear = AESGCM(_key(drawn)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _LABEL) if sealed else None
    except (InvalidTag, ValueError):
        return None
    return None if clear is None else _decode(clear)


def _key(drawn: str) -> bytes:
    return hmac.digest(drawn.encode(), _LABEL, sha256)
