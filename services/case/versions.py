"""Which version of a file somebody has seen (``ETag``, ``If-Match``; RFC 9110): whoever acts on an older one is told, and nothing is done."""

from hashlib import blake2b
from typing import Annotated

from fastapi import Header

from shared.commands.submit import Expects, whatever
from shared.http.problems import Problem

IfMatch = Annotated[
    str | None,
    Header(max_length=64, description="the `ETag` of the file as it was seen: if it changed since, nothing is done (412)"),
]


def version_of(state: bytes | None) -> str:
    """Return the version of a file in this state, as an ``ETag``."""
    return f'"{blake2b(state or b"", digest_size=8).hexdigest()}"'


def expecting(seen: str | None) -> Expects:
    """Return what raises ``Problem`` 412 for a state of another version. ``seen``: None where the caller does not say what it has seen."""
    if seen is None or seen.strip() == "*":
        return whatever

    def check(state: bytes | None) -> None:
        if version_of(state) != seen.strip():
            raise Problem(412, "changed", "It was changed since", "Somebody changed the file after it was read. Nothing was done: read it again.")

    return check
