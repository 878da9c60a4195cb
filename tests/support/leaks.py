"""Finds planted values in bytes, in every form in which a program may have written them."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from urllib.parse import quote

CHARSETS = ("utf-8", "gbk", "gb18030", "utf-16-le", "utf-16-be", "utf-32-le")
_EDGE = 2
"""Characters at both ends of base64 that depend on what stands around a value."""


def forms_of(value: str) -> Iterator[tuple[str, bytes]]:
    """Yield the ways to write a value, each with its name: charsets, and of each hex, base64 and percent; and the escapes of JSON and Python."""
    for charset in CHARSETS:
        try:
            text = value.encode(charset)
        except UnicodeEncodeError:
            continue
        yield charset, text
        yield f"{charset} in hex", text.hex().encode()
        yield f"{charset} in percent", "".join(f"%{byte:02x}" for byte in text).encode()
        for shift in range(3):
            whole = base64.b64encode(b"\0" * shift + text)
            inner = whole[(shift * 4 + 2) // 3 + (_EDGE if shift else 0) : -4]
            if len(inner) >= 8:
                yield f"{charset} in base64", inner
                yield f"{charset} in base64url", inner.replace(b"+", b"-").replace(b"/", b"_")
    yield "percent", quote(value).encode()
    if not value.isascii():
        yield "\\u", value.encode("unicode_escape")
        yield "\\x", repr(value.encode())[2:-1].encode()
        yield "entities", "".join(f"&#{ord(each)};" for each in value).encode()


def leaks(places: Mapping[str, bytes], values: Iterable[str]) -> list[str]:
    """Return which value stands where, and in which form; what is compressed in the places must be unpacked by whoever asks."""
    found = []
    for value in values:
        forms = [(name, form.lower()) for name, form in forms_of(value)]
        for place, held in places.items():
            lower = held.lower()
            found += [f"{value} in {place} as {name}" for name, form in forms if form in lower]
    return found


def unpacked(value: bytes) -> bytes:
    """Return bytes, and what they are if they are deflated."""
    with suppress(zlib.error):
        return value + zlib.decompress(value)
    return value
