"""Seals the fields of a child with a key of its own, and that key with a master key: AES-256-GCM. Pure but for the nonces.

What is bound into each seal: the child, the name of the field, and this format. A sealed field that is put into another row or column, or
under another version of the master key, does not open.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.ids import draw_bytes

KEY_BYTES = 32
_NONCE_BYTES = 12


class SealBroken(Exception):
    """A sealed value does not open: it was changed, or belongs to another child, field or key. The message holds no value."""


def draw_key() -> bytes:
    """Return a random key."""
    return draw_bytes(KEY_BYTES)


def seal_field(key: bytes, student: str, field: str, clear: bytes) -> bytes:
    """Return a field of a child as it is kept: nonce, ciphertext, tag."""
    return _seal(key, clear, _of_field(student, field))


def open_field(key: bytes, student: str, field: str, sealed: bytes) -> bytes:
    """Return the clear text of a field. Raises ``SealBroken``."""
    return _open(key, sealed, _of_field(student, field))


def wrap_key(master: bytes, version: int, owner: str, key: bytes) -> bytes:
    """Return the key of an owner as it is kept, under a version of the master key."""
    return _seal(master, key, _of_key(owner, version))


def unwrap_key(master: bytes, version: int, owner: str, wrapped: bytes) -> bytes:
    """Return the key of an owner. Raises ``SealBroken``."""
    return _open(master, wrapped, _of_key(owner, version))


def _of_field(student: str, field: str) -> bytes:
    return b"baoxue field 1\0%b\0%b" % (student.encode(), field.encode())


def _of_key(owner: str, version: int) -> bytes:
    return b"baoxue key 1\0%b\0%d" % (owner.encode(), version)


def _seal(key: bytes, clear: bytes, bound: bytes) -> bytes:
    nonce = draw_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, clear, bound)


def _open(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
    except (InvalidTag, ValueError):
        raise SealBroken("a sealed value does not open") from None
