"""Ids. Those in the log are functions of their cause; only those of a request are random."""

import secrets
from hashlib import sha1, sha256

_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_NAMESPACE = bytes.fromhex("6f0d3c5a5d8b5f0e9a4be2d1c07a9b31")


def uuid5_of_position(topic: str, partition: int, offset: int, n: int) -> str:
    """Return the uuid5 of an input's position: the same input has the same id, for ever."""
    # RFC 9562, section 5.5, without the objects of the uuid module: this runs a million times a minute.
    h = sha1(b"%b%b[%d]@%d-%d" % (_NAMESPACE, topic.encode(), partition, offset, n), usedforsecurity=False).hexdigest()
    return f"{h[:8]}-{h[8:12]}-5{h[13:16]}-{_VARIANT[h[16]]}{h[17:20]}-{h[20:32]}"


def draw_id() -> str:
    """Return a random id of a request, or of what came in it: 32 hex digits."""
    return secrets.token_hex(16)


def draw_process_id() -> str:
    """Return a random prefix that tells the ids of one process from those of another: 12 hex digits."""
    return secrets.token_hex(6)


def draw_bytes(number: int) -> bytes:
    """Return random bytes: a key, or a nonce."""
    return secrets.token_bytes(number)


def command_id(key: str | None, content: bytes) -> str:
    """Return the id of a command, 32 hex digits: a hash of ``Idempotency-Key`` and content, or random where there is no key."""
    return secrets.token_hex(16) if key is None else sha256(b"%b\0%b" % (key.encode(), content)).hexdigest()[:32]
