"""Student ids: a keyed hash of a number that names a child, made at the edge and in memory. Pure.

id = the first 128 bits of HMAC-SHA-256(key, number), as 32 lower-case hex digits, where the number is in its normalised form
(``identity_numbers.py``), in ASCII. Whoever has the key makes the same id, in any language; whoever has not cannot make one, nor tell a
number from an id by trying all numbers.

A key has a version and a first day. The key in force on a day is the newest whose first day has come: a new key is handed out ahead, and everybody
changes on the same day. An id that exists keeps its value: it is looked for under every key.
"""

import hmac
from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from msgspec import Struct

_FINGERPRINT = b"baoxue student-id key"
LEAST_BYTES = 32


class StudentKey(Struct, frozen=True, forbid_unknown_fields=True):
    """A version of the key. ``since``: the first day, in China, on which new ids are made with it."""

    version: int
    since: date
    key: bytes

    def __post_init__(self) -> None:
        if self.version < 1:
            raise ValueError("version must be 1 or more")
        if len(self.key) < LEAST_BYTES:
            raise ValueError(f"key must have {LEAST_BYTES} bytes or more")

    def __repr__(self) -> str:
        """Return a text without the key, which a log or a traceback may show."""
        return f"StudentKey(version={self.version}, since={self.since})"

    @property
    def fingerprint(self) -> str:
        """16 hex digits by which two holders compare their keys without showing them."""
        return hmac.digest(self.key, _FINGERPRINT, sha256)[:8].hex()

    def id_of(self, number: str) -> str:
        """Return the student id of a normalised number."""
        return hmac.digest(self.key, number.encode("ascii"), sha256)[:16].hex()


class StudentKeys:
    """The versions of the key that a holder has. Raises ``ValueError`` where there is none, or where two contradict each other."""

    def __init__(self, keys: Sequence[StudentKey]) -> None:
        self.keys = tuple(sorted(keys, key=lambda each: each.version))
        if not self.keys:
            raise ValueError("there must be one key at least")
        days = [each.since for each in self.keys]
        if len({each.version for each in self.keys}) < len(self.keys) or days != sorted(set(days)):
            raise ValueError("each version must stand there once, and begin on a later day than the one before")

    def in_force(self, on: date) -> StudentKey:
        """Return the key of new ids on a day; before the first day of all, the first."""
        begun = [each for each in self.keys if each.since <= on]
        return begun[-1] if begun else self.keys[0]

    def ids_of(self, number: str, on: date) -> tuple[str, ...]:
        """Return the ids of a number under every key that has begun: that in force first, then the older ones, newest first."""
        current = self.in_force(on)
        return tuple(each.id_of(number) for each in reversed(self.keys) if each.version <= current.version)

    def of_version(self, version: int) -> StudentKey:
        """Return one version. Raises ``KeyError``."""
        return {each.version: each for each in self.keys}[version]
