"""Finds members that a JSON object names twice: which of the two is meant nobody can say (RFC 8259, section 4)."""

import json
from collections.abc import Iterator
from typing import Any


class _Members(list[tuple[str, Any]]):
    """An object as it was sent: its members in order, repeated ones too."""


# Text for numbers: only the members are looked at, and Python reads no number of more than 4,300 digits.
_read = json.JSONDecoder(object_pairs_hook=_Members, parse_int=str, parse_float=str, strict=False).decode


def repeated_members(text: bytes) -> list[str]:
    """Return the dotted names of members that stand twice in the same object, at any depth, in the order of the text.

    The text must be JSON in UTF-8, and nested less deep than Python's own parser bears.
    """
    return list(dict.fromkeys(_repeated(_read(text.decode()), "")))


def _repeated(value: Any, prefix: str) -> Iterator[str]:
    match value:
        case _Members():
            seen = set()
            for name, inner in value:
                if name in seen:
                    yield prefix + name
                seen.add(name)
                yield from _repeated(inner, f"{prefix}{name}.")
        case list():
            for inner in value:
                yield from _repeated(inner, prefix)
        case _:
            pass
